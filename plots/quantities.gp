# Which of several quantities are drawn, and what each spans. Loaded after style.gp and concurrency.gp.
#
# Wants   P                     how many there are
#         Title, Column, Low, High, Unit   of each: its name, its columns and those of its interval, and what it is: "span",
#                               "mebibytes" (of bytes), "ratio", "count" (of whole things) or "plain"
# Leaves  Shown[s], shown       which are drawn: those whose values differ, and are known better than to within themselves
#         Least, Most, Top      of each the range with its intervals, and the greatest value
#         quantity(column), value_of(v), tick(v)   the p-th quantity's value, and how it stands in words and at tics

array Least[P]
array Most[P]
array Top[P]
array Shown[P]
shown = 0
unknown = ""
undrawn = ""
scale(p) = Unit[p] eq "mebibytes" ? mebibyte : 1.0
has(c) = strcol(c) ne "NaN"
quantity(c) = column(c) / scale(p)
# The end of an interval, which is the value itself where there is none.
end_of(c) = has(c) ? quantity(c) : quantity(Column[p])
value_of(v) = Unit[p] eq "span" ? span3(v) : Unit[p] eq "count" ? count(v) : Unit[p] eq "ratio" ? number3(v)."×" : number3(v)
tick(v) = Unit[p] eq "span" ? span(v) : number(v)
note_value(v, l, h) = v eq "NaN" ? 0 : (values = values + 1, include(v + 0), \
  greatest = v > greatest ? v + 0 : greatest, smallest = v < smallest ? v + 0 : smallest, \
  l eq "NaN" ? 0 : (intervals = intervals + 1, vague = vague + (h - l > v + 0), include(l + 0), include(h + 0), 0))
do for [p = 1:P] {
  low = 1e300
  high = -1e300
  values = 0
  intervals = 0
  vague = 0
  greatest = -1e300
  smallest = 1e300
  do for [m = 1:M] {
    stats data index block(m) every ::1 using (note_value(strcol(Column[p]), strcol(Low[p]), strcol(High[p])), 0) nooutput
  }
  Least[p] = low / scale(p)
  Most[p] = high / scale(p)
  Top[p] = greatest / scale(p)
  # What is missing, flat or vague is told in words.
  why = intervals > 0 && 2 * vague > intervals ? "intervals wider than values" : \
    P > 1 && (greatest == 0 || values > 1 && greatest < 1.1 * smallest) ? smallest == greatest ? "always ".value_of(greatest / scale(p)) : \
    value_of(smallest / scale(p))." to ".value_of(greatest / scale(p)) : ""
  if (values == 0) { unknown = unknown.(strlen(unknown) ? ", " : "").Title[p] }
  if (values > 0 && strlen(why)) { undrawn = undrawn.(strlen(undrawn) ? "; " : "").Title[p].", ".why }
  if (values > 0 && strlen(why) == 0) { shown = shown + 1; Shown[shown] = p }
}
void = strlen(unknown) ? remark("not measured: ".unknown) : 0
# What is all flat is drawn rather than nothing.
if (shown > 0) { void = strlen(undrawn) ? remark("not drawn: ".undrawn) : 0 } else { do for [p = 1:P] { if (Top[p] > -1e290) { shown = shown + 1; Shown[shown] = p } } }
