"""
nginx as the gateway's measure: one worker, in front of the same service, once passing on and once from its own cache.
"""

import shutil
import subprocess
import sys
from pathlib import Path

_CONFIG = """
worker_processes 1;
daemon off;
pid {folder}/nginx.pid;
error_log stderr error;
events {{ worker_connections 8192; }}
http {{
    access_log {folder}/nginx-access.log combined buffer=64k flush=1s;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    proxy_cache_path {folder}/cache keys_zone=kept:10m;
    keepalive_requests 1000000000;
    upstream service {{ server 127.0.0.1:{service}; keepalive 512; keepalive_requests 1000000000; }}
    proxy_http_version 1.1;
    proxy_set_header Connection "";
    server {{
        listen 127.0.0.1:{passing} backlog=4096;
        location / {{ proxy_pass http://service; }}
    }}
    server {{
        listen 127.0.0.1:{keeping} backlog=4096;
        location / {{
            proxy_pass http://service;
            proxy_cache kept;
            proxy_cache_lock on;
            proxy_cache_use_stale updating;
            proxy_cache_background_update on;
        }}
    }}
}}
"""


def start_nginx(folder: Path, *, service: int, passing: int, keeping: int) -> subprocess.Popen[bytes]:
    """
    Start nginx as a child process whose files all lie in one folder.

    Args:
        service: port of the service behind it.
        passing: port where every request is passed on.
        keeping: port where answers come from its cache for as long as the service allows (one second).
    """
    command = shutil.which("nginx", path="/usr/sbin:/usr/bin:/usr/local/sbin:/usr/local/bin")
    if command is None:
        sys.exit("the gateway is measured against nginx: install it (on Debian: apt-get install nginx-light wrk)")
    config = folder / "nginx.conf"
    config.write_text(_CONFIG.format(folder=folder, service=service, passing=passing, keeping=keeping))
    # Started by root, the worker would be another user, who cannot write here.
    user = ["-g", "user root;"] if folder.owner() == "root" else []
    return subprocess.Popen([command, "-p", str(folder), "-c", str(config), *user], stdout=sys.stderr)
