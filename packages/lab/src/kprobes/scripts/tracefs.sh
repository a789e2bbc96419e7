T=${T:-/sys/kernel/tracing}
# Where is recorded: the buffer of $T itself, or that of one of its instances.
B=${B:-$T}
fail() { echo "xgt: $1" >&2; exit 1; }
[ -w "$T/kprobe_events" ] || fail "cannot write $T/kprobe_events: run as root, mount -t tracefs tracefs $T"
# tracefs keeps the events of a group until they are taken out, one by one; their list is read before the first is. No
# file is made for it: this script runs as root, and others may write to /tmp.
remove_events() {
  if [ -d "$T/events/xen" ]; then echo 0 > "$T/events/xen/enable"; fi
  for event in $(sed -n 's,^p[0-9]*:xen/\([A-Za-z0-9_]*\) .*,-:xen/\1,p' "$T/kprobe_events"); do
    echo "$event" >> "$T/kprobe_events"
  done
}
