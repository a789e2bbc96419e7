# title: xl starts a DomU and destroys it
# expect: clean
# needs: toolstack
# seconds: 600
set -e
. /domu/toolstack.sh
toolstack_start
domu_create guest stay=1
wait_for "the DomU's last words" domu_said guest DOMU-DONE
xl list
xl destroy guest
wait_for "the DomU's end" domus_gone
domu_console
