"""Where streams, parked messages and claims are kept. `shared.store.mongo` is the only module that imports motor."""
