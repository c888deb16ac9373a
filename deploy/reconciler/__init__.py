"""The reconciler: what senders were told against what receivers, public pages, ledgers and traces hold.

It is an auditor of the whole from outside. It reads what anyone entitled may read over HTTP, and the trace files;
it shares no code with the kernel, the store or a service, and believes no counter of theirs.
"""
