import Plan

/// A JSON Schema (draft 2020-12) that is published in `results/schema`. It is generated from the type that decodes the
/// data and from its keys' descriptions.
public struct PublishedSchema: Sendable {
  /// Its file is `NAME.schema.json`.
  public let name: String
  let title: String
  let type: any (Decodable & Sendable).Type
  let side: Side
  /// What it is, where that is not what its type says of it.
  let about: String?

  /// For whom the schema is: what the program writes always has some keys that it need not find where it reads, and some
  /// that it reads are never in what it writes.
  public enum Side: Sendable { case written, read }

  public init(
    _ name: String, title: String, of type: any (Decodable & Sendable).Type, _ side: Side = .written,
    about: String? = nil
  ) {
    self.name = name
    self.title = title
    self.type = type
    self.side = side
    self.about = about
  }

  /// The file's text.
  /// - Throws: one line that names the type or key that cannot be described, and why.
  public func text() throws -> String {
    var builder = SchemaBuilder(root: type, side)
    var body = try builder.object(of: type)
    if let about, let place = body.firstIndex(where: { $0.name == "description" }) { body[place].value = .text(about) }
    let head: SchemaNode.Members = [
      ("$schema", .text("https://json-schema.org/draft/2020-12/schema")),
      ("$id", .text("urn:iomodes:schema:\(SchemaVersion.current):\(name)")), ("title", .text("iomodes: \(title)")),
    ]
    let definitions = builder.definitions.map { (name: $0.name, value: SchemaNode.object($0.members)) }
    let tail: SchemaNode.Members = definitions.isEmpty ? [] : [("$defs", .object(definitions))]
    return SchemaNode.object(head + body + tail).text() + "\n"
  }
}

/// Makes the schemas of types.
struct SchemaBuilder {
  let root: any Decodable.Type
  let side: PublishedSchema.Side
  /// What stands once for several places, in the order in which it was met.
  private(set) var definitions: [(name: String, members: SchemaNode.Members)] = []

  init(root: any Decodable.Type, _ side: PublishedSchema.Side) {
    self.root = root
    self.side = side
  }

  /// The schema of an object, by the keys that the type reads, after some that have one value each.
  /// - Parameter needed: which of those are always there.
  mutating func object(
    of type: any Decodable.Type, after constants: SchemaNode.Members = [], needed: [String] = []
  ) throws -> SchemaNode.Members {
    if let workload = type as? any WorkloadParameters.Type {
      return try self.workload(workload, after: constants, needed: needed)
    }
    let fields = try SchemaProbe.fields(of: type)
    guard let first = fields.first, let keys = Swift.type(of: first.key) as? any DescribedKey.Type else {
      throw SchemaFailure("\(type) has no DescribedKey")
    }
    var properties = constants
    var required: [SchemaNode] = needed.map { .text($0) }
    for field in fields {
      guard let key = field.key as? any DescribedKey else {
        throw SchemaFailure("\(type): '\(field.key.stringValue)' is no DescribedKey")
      }
      if side == .written && key.field.isNeverWritten { continue }
      let schema = try schema(of: field.type, as: key.field)
      properties.append((key.stringValue, .object(schema)))
      if field.isRequired || side == .written && key.field.isAlwaysWritten { required.append(.text(key.stringValue)) }
    }
    return [
      ("type", .text("object")), ("description", .text(keys.object)), ("required", .list(required)),
      ("additionalProperties", .flag(false)), ("properties", .object(properties)),
    ]
  }

  /// The schema of a workload by its options. Each may be absent, because earlier versions had fewer.
  private mutating func workload<Workload: WorkloadParameters>(
    _ type: Workload.Type, after constants: SchemaNode.Members, needed: [String]
  ) throws -> SchemaNode.Members {
    let properties: SchemaNode.Members = try Workload.options.map { option in
      let text = option.help.text.prefix(1).uppercased() + option.help.text.dropFirst() + "."
      return (name: option.key, value: SchemaNode.object(try schema(of: option.type, as: FieldDescription(text))))
    }
    return [
      ("type", .text("object")), ("description", .text(Workload.about)),
      ("required", .list(needed.map { .text($0) })), ("additionalProperties", .flag(false)),
      ("properties", .object(constants + properties)),
    ]
  }

  /// The schema of a key's value.
  private mutating func schema(
    of type: any Decodable.Type, as field: FieldDescription
  ) throws -> SchemaNode.Members {
    var members = try bareSchema(of: type, as: field)
    Self.add(field, to: &members)
    guard let text = field.text else { return members }
    if let described = members.firstIndex(where: { $0.name == "description" }) {
      members[described].value = .text(text)
    } else {
      let hasParts = members.contains { ["items", "additionalProperties"].contains($0.name) }
      members.insert(("description", .text(text)), at: hasParts ? 1 : members.count)
    }
    return members
  }

  private mutating func bareSchema(
    of type: any Decodable.Type, as field: FieldDescription
  ) throws -> SchemaNode.Members {
    if let constant = field.constant { return [("const", .number(Double(constant)))] }
    if let choices = field.choices {
      guard type is any ListOfElements.Type else { return Self.choice(of: choices) }
      return [("type", .text("array")), ("items", .object(Self.choice(of: choices)))]
    }
    if let type = field.type { return try schema(of: type) }
    guard let keys = field.keys, let table = type as? any TableOfValues.Type else { return try schema(of: type) }
    let properties: SchemaNode.Members = try keys.map { key in
      (key.name, .object(try schema(of: table.value, as: FieldDescription(key.text))))
    }
    return [
      ("type", .text("object")), ("additionalProperties", .flag(false)), ("properties", .object(properties)),
    ]
  }

  /// The schema of a type, independent of its key.
  private mutating func schema(of type: any Decodable.Type) throws -> SchemaNode.Members {
    switch type {
    case is String.Type: return [("type", .text("string"))]
    case is Bool.Type: return [("type", .text("boolean"))]
    case is Int.Type, is UInt64.Type: return [("type", .text("integer")), ("minimum", .number(0))]
    case is Double.Type: return [("type", .text("number"))]
    case let text as any PatternedText.Type:
      return [("type", .text("string")), ("pattern", .text(text.pattern))]
    case let choice as any (CaseIterable & RawRepresentable).Type: return Self.choice(of: Self.names(of: choice))
    case let value as any WrittenInWays.Type:
      return [("anyOf", .list(try value.ways.map { .object(try schema(of: $0)) }))]
    case let list as any ListOfElements.Type:
      return [("type", .text("array")), ("items", .object(try schema(of: list.element)))]
    case let table as any TableOfValues.Type:
      return [("type", .text("object")), ("additionalProperties", .object(try schema(of: table.value)))]
    case let object as any WrittenInForms.Type:
      return try reference(to: object.definitionName) { builder throws in try builder.forms(of: object) }
    default: break
    }
    if type == root { return [("$ref", .text("#"))] }
    let fields = try SchemaProbe.fields(of: type)
    guard let keys = fields.first.flatMap({ Swift.type(of: $0.key) as? any DescribedKey.Type }),
      let name = keys.definitionName
    else { return try object(of: type) }
    return try reference(to: name) { builder throws in try builder.object(of: type) }
  }

  private mutating func reference(
    to name: String, _ members: (inout Self) throws -> SchemaNode.Members
  ) throws -> SchemaNode.Members {
    if !definitions.contains(where: { $0.name == name }) {
      let index = definitions.count
      definitions.append((name, []))
      definitions[index].members = try members(&self)
    }
    return [("$ref", .text("#/$defs/\(name)"))]
  }

  private mutating func forms(of type: any WrittenInForms.Type) throws -> SchemaNode.Members {
    let forms = try type.forms.map { form in
      let constants: SchemaNode.Members = form.constants.map { key, value in
        let text = type.field(of: key).text ?? ""
        return (key, .object([("const", .text(value)), ("description", .text(text))]))
      }
      let needed = form.constants.filter { side == .written || !Self.isUsual($0, in: form) }.map(\.key)
      return SchemaNode.object(try object(of: form.type, after: constants, needed: needed))
    }
    return [("description", .text(type.object)), ("anyOf", .list(forms))]
  }

  /// Whether a workload has the value unless another is given, so that a suite may leave it out.
  private static func isUsual(_ constant: (key: String, value: String), in form: ObjectForm) -> Bool {
    let kind = form.constants.first { $0.key == "kind" }?.value
    let options = WorkloadSpec.types.first { $0.kind == kind }?.help ?? []
    return options.contains { $0.flag == constant.key && $0.standard == constant.value }
  }

  private static func choice(of names: [String]) -> SchemaNode.Members {
    [("type", .text("string")), ("enum", .list(names.map { .text($0) }))]
  }

  private static func names<T: CaseIterable & RawRepresentable>(of type: T.Type) -> [String] {
    type.allCases.compactMap { $0.rawValue as? String }
  }

  /// Adds the bounds of a number or of each element, and the bounds of a list's length.
  private static func add(_ field: FieldDescription, to members: inout SchemaNode.Members) {
    for (count, keyword) in [(field.leastCount, "minItems"), (field.mostCount, "maxItems")] {
      if let count { members.append((keyword, .number(Double(count)))) }
    }
    members = bounded(members, by: field)
  }

  private static func bounded(
    _ members: SchemaNode.Members, by field: FieldDescription
  ) -> SchemaNode.Members {
    var members = members
    for (index, member) in members.enumerated() {
      switch (member.name, member.value) {
      case ("items", .object(let element)), ("additionalProperties", .object(let element)):
        members[index].value = .object(bounded(element, by: field))
        return members
      case ("anyOf", .list(let ways)):
        members[index].value = .list(
          ways.map { if case .object(let way) = $0 { .object(bounded(way, by: field)) } else { $0 } })
        return members
      default: break
      }
    }
    var bounds: [(String, SchemaNode?)] = [
      ("minimum", field.minimum.map { .number($0) }), ("exclusiveMinimum", field.exclusiveMinimum.map { .number($0) }),
      ("maximum", field.maximum.map { .number($0) }), ("pattern", field.pattern.map { .text($0) }),
    ]
    bounds.removeAll { $0.1 == nil }
    for case (let keyword, let bound?) in bounds {
      members.removeAll { $0.name == keyword }
      members.append((keyword, bound))
    }
    return members
  }
}
