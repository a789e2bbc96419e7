[ -n "$1" ] || fail "usage: stop.sh NAME"
echo 0 > "$T/tracing_on"
if [ -e "$T/events/dma/enable" ]; then echo 0 > "$T/events/dma/enable"; fi
cat "$T/trace" > "$1.ftrace.txt"
for cpu in "$T"/per_cpu/cpu*; do
  echo "${cpu##*/}"
  grep -E '^(entries|overrun|commit overrun|dropped events):' "$cpu/stats"
done > "$1.stats.txt"
remove_events
