# Breaks a text into lines.
#
# Wants   text, size, room_for  what is broken, the size of its letters, and how many pixels a line has
# Leaves  Lines[i], line_count  at most six

array Lines[6]
line_count = 0
line = ""
do for [piece in text] {
  longer = strlen(line) ? line." ".piece : piece
  if (breadth(longer, size) > room_for && strlen(line) && line_count < 5) {
    line_count = line_count + 1
    Lines[line_count] = line
    line = piece
  } else { line = longer }
}
if (strlen(line)) {
  line_count = line_count + 1
  Lines[line_count] = short(line, int(1.1 * room_for / breadth("x", size)))
}
