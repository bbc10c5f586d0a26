import ProjectFiles

extension StudyTemplate {
  /// The article that comes with the program: `FourWaysToWait.md`.
  static func fourWaysToWait() throws(StudyFailure) -> StudyTemplate {
    let name = "FourWaysToWait.md"
    guard let file = ProjectFiles.articles.first(where: { $0.name == name }) else {
      preconditionFailure("the build embeds \(name)")
    }
    return try StudyTemplate(file.text, named: name)
  }
}
