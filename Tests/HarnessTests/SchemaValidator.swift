import Foundation
import Records
import Testing

/// The part of JSON Schema (draft 2020-12) that the published schemas use. An unknown keyword is an error.
struct SchemaValidator {
  /// `results/schema/NAME.schema.json`.
  let root: JSONValue
  /// The places of the schema that have matched a value, such as `#/properties/seed`.
  private(set) var visited: Set<String> = []
  private(set) var complaints: [String] = []

  init(_ name: String) throws { root = try #require(Self.roots[name], "no schema of \(name)") }

  /// Each file is read once for all tests.
  private static let roots: [String: JSONValue] = {
    let root = (0..<3).reduce(#filePath) { path, _ in (path as NSString).deletingLastPathComponent }
    let folder = root + "/results/schema/"
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    let pairs = names.compactMap { name -> (String, JSONValue)? in
      guard let data = FileManager.default.contents(atPath: folder + name),
        let value = try? JSONDecoder().decode(JSONValue.self, from: data)
      else { return nil }
      return (name.replacingOccurrences(of: ".schema.json", with: ""), value)
    }
    return Dictionary(uniqueKeysWithValues: pairs)
  }()

  /// The errors in a value, one line each.
  static func complaints(_ value: JSONValue, _ name: String) throws -> [String] {
    var validator = try SchemaValidator(name)
    validator.validate(value)
    return validator.complaints
  }

  mutating func validate(_ value: JSONValue) { validate(value, root, "#", "") }

  private mutating func validate(_ value: JSONValue, _ schema: JSONValue, _ place: String, _ path: String) {
    visited.insert(place)
    guard case .object(let keywords) = schema else { return complain(path, "no schema at \(place)") }
    for (keyword, operand) in keywords.sorted(by: { $0.key < $1.key }) {
      check(value, keyword, operand, keywords, place, path)
    }
  }

  private mutating func complain(_ path: String, _ text: String) { complaints.append("\(path): \(text)") }

  private mutating func check(
    _ value: JSONValue, _ keyword: String, _ operand: JSONValue, _ keywords: [String: JSONValue], _ place: String,
    _ path: String
  ) {
    switch (keyword, operand, value) {
    case ("$schema", _, _), ("$id", _, _), ("$defs", _, _), ("title", _, _), ("description", _, _): break
    case ("$ref", .string(let target), _): validate(value, resolved(target), target, path)
    case ("anyOf", .array(let schemas), _):
      for (index, schema) in schemas.enumerated() {
        var other = self
        other.complaints = []
        other.validate(value, schema, "\(place)/anyOf/\(index)", path)
        guard other.complaints.isEmpty else { continue }
        visited = other.visited
        return
      }
      complain(path, "is none of what it may be")
    case ("type", .string(let type), _):
      if !Self.isA(type, value) { complain(path, "is not of type \(type)") }
    case ("const", _, _):
      if value != operand { complain(path, "is not \(operand)") }
    case ("enum", .array(let values), _):
      if !values.contains(value) { complain(path, "is not one of \(values)") }
    case ("pattern", .string(let pattern), .string(let text)):
      guard let regex = try? Regex(pattern) else { return complain(path, "\(pattern) is no pattern, at \(place)") }
      if text.firstMatch(of: regex) == nil { complain(path, "'\(text.prefix(40))' is not \(pattern)") }
    case ("minimum", .number(let bound), .number(let number)):
      if number < bound { complain(path, "\(number) is below \(bound)") }
    case ("maximum", .number(let bound), .number(let number)):
      if number > bound { complain(path, "\(number) is above \(bound)") }
    case ("exclusiveMinimum", .number(let bound), .number(let number)):
      if number <= bound { complain(path, "\(number) is not above \(bound)") }
    case ("minItems", .number(let count), .array(let items)):
      if Double(items.count) < count { complain(path, "has fewer than \(count) items") }
    case ("maxItems", .number(let count), .array(let items)):
      if Double(items.count) > count { complain(path, "has more than \(count) items") }
    case ("items", _, .array(let items)):
      for (index, item) in items.enumerated() { validate(item, operand, place + "/items", "\(path)[\(index)]") }
    case ("required", .array(let names), .object(let members)):
      for case .string(let name) in names where members[name] == nil { complain(path, "'\(name)' is missing") }
    case ("properties", .object(let schemas), .object(let members)):
      for (name, schema) in schemas {
        if let member = members[name] { validate(member, schema, "\(place)/properties/\(name)", "\(path).\(name)") }
      }
    case ("additionalProperties", _, .object(let members)):
      let known = if case .object(let schemas)? = keywords["properties"] { Set(schemas.keys) } else { Set<String>() }
      for (name, member) in members where !known.contains(name) {
        if operand == .bool(false) {
          complain(path, "'\(name)' is not described")
        } else {
          validate(member, operand, place + "/additionalProperties", "\(path).\(name)")
        }
      }
    // A value of another type; `type` reports it.
    case ("pattern", _, _), ("minimum", _, _), ("maximum", _, _), ("exclusiveMinimum", _, _), ("minItems", _, _),
      ("maxItems", _, _), ("items", _, _), ("required", _, _), ("properties", _, _), ("additionalProperties", _, _):
      break
    default: complain(path, "the keyword \(keyword) is not understood, at \(place)")
    }
  }

  private static func isA(_ type: String, _ value: JSONValue) -> Bool {
    switch (type, value) {
    case ("null", .null), ("boolean", .bool), ("number", .number), ("string", .string), ("array", .array),
      ("object", .object):
      true
    case ("integer", .number(let number)): number == number.rounded()
    default: false
    }
  }

  private func resolved(_ target: String) -> JSONValue {
    target.split(separator: "/").dropFirst().reduce(root) { $0[String($1)] ?? .null }
  }

  /// All properties that the schema describes, by place.
  var properties: [String: JSONValue] {
    var all: [String: JSONValue] = [:]
    func collect(_ schema: JSONValue, _ place: String) {
      guard case .object(let keywords) = schema else { return }
      for name in ["items", "additionalProperties"] { collect(keywords[name] ?? .null, "\(place)/\(name)") }
      if case .array(let schemas)? = keywords["anyOf"] {
        for (index, schema) in schemas.enumerated() { collect(schema, "\(place)/anyOf/\(index)") }
      }
      for name in ["properties", "$defs"] {
        guard case .object(let schemas)? = keywords[name] else { continue }
        for (key, schema) in schemas {
          if name == "properties" { all["\(place)/properties/\(key)"] = schema }
          collect(schema, "\(place)/\(name)/\(key)")
        }
      }
    }
    collect(root, "#")
    return all
  }
}

/// The fields that are absent or empty, in a value and everything inside it.
func gaps(_ value: Any, at path: String = "") -> [String] {
  if value is JSONValue { return [] }
  let mirror = Mirror(reflecting: value)
  switch mirror.displayStyle {
  case .optional, .collection, .dictionary, .set:
    if mirror.children.isEmpty { return [path] }
  default: break
  }
  return mirror.children.flatMap { child in
    gaps(child.value, at: child.label.map { $0 == "some" ? path : "\(path).\($0)" } ?? path)
  }
}
