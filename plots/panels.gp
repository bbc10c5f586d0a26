# Several quantities against concurrency: a column for each, and in it a panel for each mode, with the lines of the others
# in grey behind its own. Of fewer than three concurrencies they are bars. Loaded after style.gp.
#
# A percentile of which the column served_in_part, number served_column, says that it is of a part of the lanes is hollow.
#
# Wants   P, Title, Column, Low, High, Unit   for quantities.gp
#         across_most           how many columns stand side by side on a screen

load "concurrency.gp"
reference = ""
if (clustered) { load "bars.gp" } else { load "grid.gp" }
