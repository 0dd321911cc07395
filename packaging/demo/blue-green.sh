# shellcheck shell=bash
# Sourced by demo.sh: an nginx of the demo's own in front of two versions that take turns.
# shellcheck disable=SC2154  # root and port are demo.sh's
blue=$(free_port)
chmod 755 "$root"  # nginx's workers are another user's
echo "upstream nutricount_application { server 127.0.0.1:$blue; }" >"$root/upstream.conf"
{
  printf 'pid %s/nginx.pid;\nevents {}\nhttp {\n  access_log off;\n' "$root"
  for kind in client_body proxy fastcgi uwsgi scgi; do
    printf '  %s_temp_path %s/nginx-%s;\n' "$kind" "$root" "$kind"
  done
  printf '  include %s/upstream.conf;\n  server {\n    listen 127.0.0.1:%s;\n' "$root" "$port"
  printf '    location / { proxy_pass http://nutricount_application; }\n  }\n}\n'
} >"$root/nginx.conf"
nginx -c "$root/nginx.conf" -e "$root/nginx.log"
cat >>"$root/config.toml" <<CONFIG
[update]
strategy = "blue-green"
[database]
backward_compatible = true      # version 1 does not mind a column more
[blue_green]
blue_port = $blue
green_port = $(free_port)
upstream = "$root/upstream.conf"
test = ["nginx", "-t", "-c", "$root/nginx.conf", "-e", "$root/nginx.log"]
reload = ["nginx", "-s", "reload", "-c", "$root/nginx.conf", "-e", "$root/nginx.log"]
CONFIG
