# Of interference.gp: one amount of work alone, as bars of the modes.

array Title[3] = ["p99 of bystanders, ".time_of." time", "operations/s of busy lanes", "p99, busy lanes ".rest]
array Column[3] = [2, 7, 11]
array Low[3] = [3, 8, 12]
array High[3] = [4, 9, 13]
array Unit[3] = ["span", "plain", "span"]
P = rest eq "" ? 2 : 3
concurrencies = " ".word(amounts, 1)
C = 1
place(c) = 1
reference = ""
load "bars.gp"
