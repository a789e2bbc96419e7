# title: mapping twice, unmapping twice or not at all, and values of failed ops used
# expect: G09 G21 G23 G24
xgt-guest fault double-map unmap-noop double-unmap status-ignored
