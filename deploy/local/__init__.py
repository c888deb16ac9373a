"""The local stack: a broker, a database and every service as processes of this machine."""
