#!/bin/sh
# Writes the bootstrap of an Envoy on this machine, for Verdigris: who the proxy is, which fleet it belongs to, where it stands and
# where the control plane is. Everything else comes over xDS, so this runs once per machine; again, it changes nothing that is equal.
set -eu

usage() {
  cat <<'TEXT'
Usage: bootstrap.sh --cluster NAME [options]

Who the proxy is (or by environment):
  --id ID              unique per proxy  (VERDIGRIS_NODE_ID; default: the host name and a
                       hash of /etc/machine-id, so that clones differ and reboots do not)
  --cluster NAME       its fleet; node groups select by it       (VERDIGRIS_NODE_CLUSTER)
  --region NAME        where it stands                                 (VERDIGRIS_REGION)
  --zone NAME                                                            (VERDIGRIS_ZONE)
  --sub-zone NAME                                                    (VERDIGRIS_SUB_ZONE)

What the bootstrap is made by:
  verdigris on PATH    takes any option of `verdigris bootstrap` after --, such as
                       -- --xds-address cp.internal --server-ca /etc/verdigris/ca.pem
  --template FILE      where there is no Node: a bootstrap made elsewhere, once for
                       all, with @NODE_ID@, @NODE_CLUSTER@, @REGION@, @ZONE@ and
                       @SUB_ZONE@ where they belong, such as by
                       verdigris bootstrap --node-id @NODE_ID@ --zone @ZONE@ …

What is written:
  --out FILE           the bootstrap                    (default: /etc/envoy/envoy.yaml)
  --unit FILE          also a systemd unit for Envoy, such as
                       /etc/systemd/system/envoy.service
  --envoy FILE         the Envoy that checks it and is started    (default: on PATH)
  --concurrency N      worker threads of that Envoy     (default: one for each processor)

Examples:
  bootstrap.sh --cluster edge -- --xds-address cp.internal
  bootstrap.sh --cluster edge --zone a --template edge.template.yaml \
    --unit /etc/systemd/system/envoy.service

Status 0: written, or equal already. 1: refused; the old file is as it was. 2: usage.
TEXT
}

say() { printf '%s\n' "$*" >&2; }
fail() { say "error: $*"; exit 1; }
wrong() { say "error: $*"; say "next:  bootstrap.sh --help"; exit 2; }

id=${VERDIGRIS_NODE_ID-}
cluster=${VERDIGRIS_NODE_CLUSTER-}
region=${VERDIGRIS_REGION-}
zone=${VERDIGRIS_ZONE-}
sub_zone=${VERDIGRIS_SUB_ZONE-}
template=
out=/etc/envoy/envoy.yaml
unit=
envoy=
concurrency=

while [ $# -gt 0 ]; do
  case $1 in
    -h | --help) usage; exit 0 ;;
    --) shift; break ;;
    --id | --cluster | --region | --zone | --sub-zone | --template | --out | --unit | --envoy | --concurrency)
      [ $# -ge 2 ] || wrong "$1 wants a value"
      case $1 in
        --id) id=$2 ;;
        --cluster) cluster=$2 ;;
        --region) region=$2 ;;
        --zone) zone=$2 ;;
        --sub-zone) sub_zone=$2 ;;
        --template) template=$2 ;;
        --out) out=$2 ;;
        --unit) unit=$2 ;;
        --envoy) envoy=$2 ;;
        --concurrency) concurrency=$2 ;;
      esac
      shift 2 ;;
    *) wrong "no option $1; those of verdigris bootstrap stand after --" ;;
  esac
done

# Names reach YAML, a sed script and a unit file: what is in them is known before.
check() { # check NAME VALUE
  case $2 in
    *[!A-Za-z0-9._:/-]*) wrong "$1: wanted letters, digits and any of . _ : / -, found '$2'" ;;
  esac
  [ ${#2} -le 253 ] || wrong "$1: wanted at most 253 characters, found ${#2}"
}

# The machine's own id is not to leave it, so a hash of it does.
own_id() {
  host=$(hostname 2>/dev/null || cat /etc/hostname 2>/dev/null || true)
  machine=$(cat "${MACHINE_ID_FILE:-/etc/machine-id}" 2>/dev/null || true)
  [ -n "$host$machine" ] || fail "this machine has neither a host name nor /etc/machine-id: give --id"
  if [ -n "$machine" ]; then
    digest=$(printf 'verdigris %s' "$machine" | sha256sum | cut -c 1-8)
    printf '%s' "${host:-vm}-$digest"
  else
    say "warning: no /etc/machine-id: the id is the host name alone, which clones of this machine share"
    printf '%s' "$host"
  fi
}

[ -n "$cluster" ] || wrong "--cluster is missing: the fleet that this proxy belongs to"
[ -n "$id" ] || id=$(own_id)
check --id "$id"
check --cluster "$cluster"
check --region "$region"
check --zone "$zone"
check --sub-zone "$sub_zone"
case $concurrency in *[!0-9]*) wrong "--concurrency: wanted a whole number, found '$concurrency'" ;; esac
case $out in
  *.yaml) ;;
  *) wrong "--out: wanted a name that ends in .yaml, by which Envoy knows what it reads, found '$out'" ;;
esac
for file in "$out" "$unit"; do
  case $file in *[!A-Za-z0-9._/-]*) wrong "wanted a path of letters, digits and any of . _ / -, found '$file'" ;; esac
done
[ -n "$envoy" ] || envoy=$(command -v envoy || true)

# Beside the file, so that putting it in its place is one step.
mkdir -p "$(dirname "$out")"
scratch=$(mktemp -d "$(dirname "$out")/.verdigris.XXXXXX")
trap 'rm -rf "$scratch"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
made=$scratch/envoy.yaml

if [ -n "$template" ]; then
  [ $# -eq 0 ] || wrong "with --template nothing may stand after --: the template says it, found '$*'"
  [ -r "$template" ] || fail "cannot read the template $template"
  for pair in "@NODE_ID@=$id" "@NODE_CLUSTER@=$cluster" "@REGION@=$region" "@ZONE@=$zone" "@SUB_ZONE@=$sub_zone"; do
    mark=${pair%%=*}
    if grep -q "$mark" "$template"; then
      [ -n "${pair#*=}" ] || fail "the template wants $mark: give --$(printf '%s' "$mark" | tr -d '@' | tr 'A-Z_' 'a-z-')"
    else
      case $mark in
        @NODE_ID@) fail "$template has no @NODE_ID@: every proxy would be the same one" ;;
      esac
    fi
  done
  sed -e "s|@NODE_ID@|$id|g" -e "s|@NODE_CLUSTER@|$cluster|g" -e "s|@REGION@|$region|g" \
    -e "s|@SUB_ZONE@|$sub_zone|g" -e "s|@ZONE@|$zone|g" "$template" >"$made"
  by="$template"
elif command -v verdigris >/dev/null 2>&1; then
  set -- --node-id "$id" --node-cluster "$cluster" "$@"
  [ -z "$region" ] || set -- --region "$region" "$@"
  [ -z "$zone" ] || set -- --zone "$zone" "$@"
  [ -z "$sub_zone" ] || set -- --sub-zone "$sub_zone" "$@"
  verdigris bootstrap "$@" >"$made" || fail "verdigris bootstrap refused this; $out is as it was"
  by="verdigris $(verdigris --version)"
else
  fail "neither --template nor verdigris on PATH. Next: npm install -g verdigris, or make a template elsewhere (--help)"
fi
chmod 644 "$made"

if [ -n "$envoy" ]; then
  if ! "$envoy" --mode validate -c "$made" --log-level error >"$scratch/said" 2>&1; then
    cat "$scratch/said" >&2
    fail "Envoy refuses this bootstrap; $out is as it was"
  fi
  checked="checked by $envoy"
else
  checked="not checked: there is no envoy on PATH, and no --envoy"
fi

put() { # put FROM TO: in one step, and not at all where it is equal.
  if cmp -s "$1" "$2"; then
    say "$2: unchanged"
  else
    mkdir -p "$(dirname "$2")"
    mv -f "$1" "$2.new.$$"
    mv -f "$2.new.$$" "$2"
    say "$2: written"
  fi
}
put "$made" "$out"
say "proxy $id of $cluster, by $by, $checked"

start="${envoy:-envoy} -c $out"
[ -z "$concurrency" ] || start="$start --concurrency $concurrency"
if [ -n "$unit" ]; then
  cat >"$scratch/unit" <<TEXT
# Written by bootstrap.sh of Verdigris.
[Unit]
Description=Envoy, proxy $id of $cluster
Wants=network-online.target
After=network-online.target

[Service]
ExecStart=$start
Restart=always
RestartSec=1s
DynamicUser=yes
LimitNOFILE=1048576
# Ports below 1024, and nothing else of root.
AmbientCapabilities=CAP_NET_BIND_SERVICE
CapabilityBoundingSet=CAP_NET_BIND_SERVICE
NoNewPrivileges=yes
ProtectSystem=strict
ProtectHome=yes
PrivateTmp=yes
PrivateDevices=yes
ProtectKernelTunables=yes
ProtectKernelModules=yes
ProtectControlGroups=yes
RestrictSUIDSGID=yes
LockPersonality=yes

[Install]
WantedBy=multi-user.target
TEXT
  chmod 644 "$scratch/unit"
  put "$scratch/unit" "$unit"
  say "start it: systemctl daemon-reload && systemctl enable --now $(basename "$unit")"
else
  say "start it: $start"
fi
