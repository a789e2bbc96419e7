# title: calls that cannot work on Arm, wrong arguments, a batch cut short, and failures that are ignored
# expect: G25 G26 G27 G29 G30 G31 G33 G34 G35 G39 G46
# needs: dom0
xgt-guest fault device-map domid-self misaligned frame-remap remove-grant grant-window transfer partial-batch errs-ignored remove-ignored
