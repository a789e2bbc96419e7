# title: another domain's frames over RAM, copied from, and not removed
# expect: G15 G27 G29 G42
xgt-guest fault foreign-over-ram resource-over-ram foreign-copied peer-grant-copied remove-peer-grant
