[ -n "$1" ] || fail "usage: stop.sh NAME"
echo 0 > "$B/tracing_on"
echo 0 > "$B/events/xen/enable"
if [ -e "$B/events/dma/enable" ]; then echo 0 > "$B/events/dma/enable"; fi
cat "$B/trace" > "$1.ftrace.txt"
for cpu in "$B"/per_cpu/cpu*; do
  echo "${cpu##*/}"
  grep -E '^(entries|overrun|commit overrun|dropped events):' "$cpu/stats"
done > "$1.stats.txt"
