/// Names that are different here, and rates without effect.
extension BadInputTests {
  static let mistyped: [Case] = [
    Case(
      name: "mode by its name elsewhere",
      arguments: ["run", "--workload", "sleep", "--modes", "epoll,gcd", "--output", "out"],
      complaint: "--modes 'gcd' is not a mode; did you mean 'dispatch'?; there are blocking"),
    Case(
      name: "tasks by their keyword", arguments: ["run", "--workload", "sleep", "--modes", "async", "--output", "out"],
      complaint: "--modes 'async' is not a mode; did you mean 'taskgroup'?"),
    Case(
      name: "workload by its name elsewhere", arguments: ["run", "--workload", "tcp", "--output", "out"],
      complaint: "did you mean 'echo'?"),
    Case(
      name: "concurrency by its letter", arguments: ["run", "-c", "64", "--output", "out"],
      complaint: "unknown option '-c'; did you mean --concurrency?; see `iomodes help run`"),
    Case(
      name: "duration by its letter", arguments: ["run", "-d", "5", "--output", "out"],
      complaint: "unknown option '-d'; did you mean --duration?"),
    Case(
      name: "operations by their letter", arguments: ["run", "-n", "5", "--output", "out"],
      complaint: "unknown option '-n'; did you mean --operations?"),
    Case(
      name: "rate by its letter", arguments: ["run", "-R", "5", "--output", "out"],
      complaint: "unknown option '-R'; did you mean --rate?"),
    Case(
      name: "value that is mistyped",
      arguments: ["run", "--workload", "file", "--sync", "fdatsync", "--output", "out"],
      complaint: "--sync 'fdatsync' is not one of none, fsync, fdatasync; did you mean 'fdatasync'?"),
    Case(
      name: "workload as a suite", arguments: ["run", "http", "--output", "out"],
      complaint: "there is no suite or file 'http'; did you mean --workload http?; the suites are "),
    Case(
      name: "target as a suite", arguments: ["run", "http://127.0.0.1/", "--output", "out"],
      complaint: "there is no suite or file 'http://127.0.0.1/'; did you mean --target http://127.0.0.1/?"),
    Case(
      name: "help of no command", arguments: ["help", "reprot"],
      complaint: "unknown command 'reprot'; did you mean 'report'?; there are run, report"),
    Case(
      name: "help of two commands", arguments: ["help", "run", "report"],
      complaint: "help explains one command at a time; 'report' is one too many"),
  ]

  static let rates: [Case] = [
    Case(
      name: "rate that is no number", arguments: ["run", "--workload", "sleep", "--rate", "nan", "--output", "out"],
      complaint: "--rate 'nan' is not a number of operations per second, such as 0.5, 500 or 10k"),
    Case(
      name: "rate without an end", arguments: ["run", "--workload", "sleep", "--rate", "10,inf", "--output", "out"],
      complaint: "--rate 'inf' is not a number of operations per second"),
    Case(
      name: "rate that nobody lives to see",
      arguments: [
        "run", "--workload", "sleep", "--rate", "1e-300", "--operations", "2", "--patient", "--output", "out",
      ],
      complaint: "experiments[0].rate_per_s: 1e-300 is not a rate; it must be from 1e-6 to 1e8"),
    Case(
      name: "rate that is too low",
      arguments: [
        "run", "--workload", "sleep", "--rate", "1e-10", "--operations", "3", "--patient", "--output", "out",
      ],
      complaint: "experiments[0].rate_per_s: 1e-10 is not a rate; it must be from 1e-6 to 1e8"),
    Case(
      name: "rate that starts nothing in its window",
      arguments: ["run", "--workload", "sleep", "--rate", "0.1", "--duration", "5s", "--output", "out"],
      complaint:
        "experiments[0].rate_per_s: 0.1/s starts no operation in a window of 5s; ask for a higher rate, or for "
        + "a window of 10s"),
    Case(
      name: "bystanders that start nothing in the window",
      arguments: ["run", "--workload", "http", "--bystanders", "paced:1:30s", "--output", "out"],
      complaint: "experiments[0].bystanders: start no operation in a window of 1s; ask for more of them, or more often"),
    Case(
      name: "schedule that does not fit the memory",
      arguments: [
        "run", "--workload", "sleep", "--rate", "100M", "--arrivals", "poisson", "--duration", "10h", "--output", "out",
      ], code: 1, complaint: " MiB of memory are needed, but "),
  ]
}
