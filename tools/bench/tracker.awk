# The same in a page of awk, what a user might write instead: entries of the guest's table, live maps, pages of DMAs.
$5 == "p2m:" {
  split($7, pfn, "="); split($8, mfn, "=")
  if (mfn[2] == "0xffffffffffffffff") delete entry[pfn[2]]; else entry[pfn[2]] = mfn[2]
  next
}
$5 == "dma_map_page:" {
  split($8, bus, "="); split($10, phys, "=")
  page = "0x" substr(phys[2], 1, length(phys[2]) - 3)
  frame = "0x" substr(bus[2], 1, length(bus[2]) - 3)
  if (page in entry) { if (entry[page] != frame) bad++ } else if (page != frame) bad++
  operations++
  next
}
$5 ~ /^gt_e/ {
  split($7, cmd, "="); split($9, count, "=")
  operations += count[2]
  live += cmd[2] == 0 ? count[2] : -count[2]
  next
}
$5 ~ /^mo_[xl]/ {
  split($7, cmd, "=")
  for (i = 9; i <= NF; i++) {
    if ($i !~ /^f[0-9]+=/) continue
    frames = split(substr($i, index($i, "{") + 1), extent, ",")
    for (j = 1; j <= frames; j++) { if (cmd[2] == 1) hole[extent[j]] = 1; else delete hole[extent[j]]; operations++ }
  }
}
END { print NR, operations, live, bad + 0 }
