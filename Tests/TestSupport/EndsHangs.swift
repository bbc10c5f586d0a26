import Testing

extension Trait where Self == TimeLimitTrait {
  /// Ends a test that hangs. Nothing is said of how fast it has to be: beside hundreds of others on a loaded machine, a
  /// test may wait minutes for its turn, and the limit counts them.
  public static var endsHangs: Self { .timeLimit(.minutes(20)) }
}
