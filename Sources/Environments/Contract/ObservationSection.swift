/// A run of neighbouring features of an observation: an array with named axes, the last of which changes fastest.
public struct ObservationSection: Sendable, Hashable, Codable {
  public enum Encoding: String, Sendable, Codable {
    /// 0 or 1
    case bits
    /// Fractions that involve a division; devices may differ in the last bit.
    case fractions
    /// Small whole numbers
    case counts
  }

  /// One axis, with a label for each of its places.
  public struct Axis: Sendable, Hashable, Codable {
    public let name: String
    public let labels: [String]

    public init(_ name: String, _ labels: [String]) {
      self.name = name
      self.labels = labels
    }

    /// Places that are called by their numbers, from 0.
    public init(_ name: String, count: Int) { self.init(name, (0..<count).map { "\($0)" }) }
  }

  public let name: String
  public let offset: Int
  public let count: Int
  public let encoding: Encoding
  /// Outermost first; the product of their lengths is `count`. Empty in files of versions that did not say.
  public let axes: [Axis]
  /// What a feature says, in one sentence; empty in files of versions that did not say.
  public let meaning: String

  public init(name: String, offset: Int, encoding: Encoding, axes: [Axis], meaning: String) {
    self.name = name
    self.offset = offset
    count = axes.reduce(1) { $0 * $1.labels.count }
    self.encoding = encoding
    self.axes = axes
    self.meaning = meaning
  }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    name = try container.decode(String.self, forKey: .name)
    offset = try container.decode(Int.self, forKey: .offset)
    count = try container.decode(Int.self, forKey: .count)
    encoding = try container.decode(Encoding.self, forKey: .encoding)
    axes = try container.decodeIfPresent([Axis].self, forKey: .axes) ?? []
    meaning = try container.decodeIfPresent(String.self, forKey: .meaning) ?? ""
  }
}

/// The sections of an observation as a game lists them: one after the other, without gaps.
struct ObservationSections {
  private(set) var list: [ObservationSection] = []

  /// Adds a section behind the last one; nothing where an axis is empty.
  mutating func add(
    _ name: String, _ axes: ObservationSection.Axis..., encoding: ObservationSection.Encoding = .bits, meaning: String
  ) {
    let section = ObservationSection(
      name: name, offset: list.last.map { $0.offset + $0.count } ?? 0, encoding: encoding, axes: axes, meaning: meaning)
    if section.count > 0 { list.append(section) }
  }
}
