# title: loopback grants in batches, writable and read-only, through gntalloc and gntdev
# expect: clean
set -e
xgt-guest grant 1 3
xgt-guest grant 4 2 ro
xgt-guest grant 32 2
xgt-guest grant 100 1
