/// A point of a section, for tables of the parts of points.
struct PlacedPoint {
  let point: Summary.Point
  /// The offered rate of a section with several.
  var rate: Double?
  let place: Citable.Place

  /// The column of offered rates, if there are several.
  static func offered(_ points: [PlacedPoint]) -> [TableColumn] {
    guard points.contains(where: { $0.rate != nil }) else { return [] }
    return [.number("offered/s", points.map { $0.rate.map { NumberText.brief($0) } ?? NumberText.none })]
  }
}

extension Summary.MeasuredExperiment {
  var placed: [PlacedPoint] { points.map { PlacedPoint(point: $0, place: Citable.Place(self, $0)) } }
}

extension Summary.Load {
  var placed: [PlacedPoint] {
    curves.flatMap { curve in
      curve.points.map {
        PlacedPoint(point: $0.point, rate: $0.rate, place: Citable.Place(self, curve.key, rate: $0.rate))
      }
    }
  }
}

extension Summary.Sweep {
  var placed: [PlacedPoint] {
    rows.map { PlacedPoint(point: $0.point, place: Citable.Place(self, $0.setting, $0.point)) }
  }
}
