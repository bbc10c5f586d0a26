# What work does to lanes that have none: the bystanders' p99, and the throughput of those at work, against the work; or
# mode by mode where the work has no length, as that of a file. Open rings are the p99 where the others hardly work.
# gnuplot -e "data='compute-interference.dat'; out='compute-interference.svg'" interference.gp

load "style.gp"

# "beside the same lanes at 10 operations/s in all"
rest = meta("rest")
rest = rest eq "" ? "" : "at ".word(rest, 6)."/s"
array Lowest[2]
array Highest[2]
do for [m = 1:M] {
  stats data index block(m) every ::1 using (note(strcol(3)), note(strcol(4)), note(strcol(12)), note(strcol(13)), 0) \
    nooutput
}
Lowest[1] = low
Highest[1] = high
low = 1e300
high = -1e300
do for [m = 1:M] {
  stats data index block(m) every ::1 using (note(strcol(7)), note(strcol(8)), note(strcol(9)), 0) nooutput
}
Lowest[2] = low
Highest[2] = high

amounts = ""
known(w) = strstrt(amounts." ", sprintf(" %.15g ", w)) > 0
least = 1e300
most = 0
note_amount(w) = (w != w || known(w)) ? 0 : (amounts = amounts.sprintf(" %.15g", w), \
  least = w > 0 && w < least ? w : least, most = w > most ? w : most, 0)
stats data using (note_amount($1), 0) nooutput
time_of = strstrt(meta("latency"), "service") ? "service" : "response"
if (words(amounts) < 2) { load "beside.gp" } else { load "amounts.gp" }
