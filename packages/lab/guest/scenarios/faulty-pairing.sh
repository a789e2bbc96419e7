# title: mapping twice, unmapping twice, elsewhere or not at all, values of failed ops, and an entry cleared too early
# expect: G06 G07 G09 G21 G22 G23 G24
xgt-guest fault double-map unmap-noop unmap-elsewhere double-unmap status-ignored cleared-but-mapped
