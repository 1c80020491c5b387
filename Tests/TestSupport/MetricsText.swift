extension String {
  /// Lines of metrics without what depends on the clock.
  public var withoutTimes: String { replacing(/"(seconds|env_steps_per_second)":[-0-9.e+]+,/, with: "") }
}
