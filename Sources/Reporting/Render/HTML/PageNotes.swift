enum PageNotes {
  static func list(_ notes: [Summary.MeasuredExperiment.Note]) -> Markup? {
    guard !notes.isEmpty else { return nil }
    let items = notes.map { note -> Markup in
      note.isWarning ? "<li class=\"warning\">\(note.text)</li>\n" : "<li>\(note.text)</li>\n"
    }
    return "<ul class=\"notes\">\n\(items)</ul>\n"
  }
}
