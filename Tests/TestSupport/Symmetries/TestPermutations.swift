/// All permutations of some values, those in their own order first.
public func permutations<Value>(of values: [Value]) -> [[Value]] {
  guard !values.isEmpty else { return [[]] }
  return values.indices.flatMap { first in
    var rest = values
    let value = rest.remove(at: first)
    return permutations(of: rest).map { [value] + $0 }
  }
}
