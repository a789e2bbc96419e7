# title: another domain's frames over RAM, copied from, not removed, and mapped when the domain ends
# expect: G15 G20 G29 G40 G42
# needs: dom0
xgt-guest fault foreign-over-ram resource-over-ram foreign-copied peer-grant-copied remove-peer-grant peer-ends
