# title: grants and a Xen page over RAM in use, and RAM that never comes back
# expect: G04 G05 G14 G29
xgt-guest fault no-repopulate grant-over-ram xen-page-over-ram
