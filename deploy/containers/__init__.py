"""What docker-compose.yml needs beside the services: their image, their keys, their topics."""
