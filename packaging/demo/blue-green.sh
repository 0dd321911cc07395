# shellcheck shell=bash
# Sourced by demo.sh: an nginx of the demo's own in front of two versions that take turns.
# shellcheck disable=SC2154  # here, root and port are demo.sh's
blue=$(free_port)
chmod 755 "$root"  # nginx's workers are another user's
echo "upstream nutricount_application { server 127.0.0.1:$blue; }" >"$root/upstream.conf"
sed -e "s,@root@,$root,g" -e "s,@port@,$port," "$here/demo/nginx.conf" >"$root/nginx.conf"
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
