/// Wrong command lines of runs over several hosts.
extension BadInputTests {
  static let hosts: [Case] = [
    Case(
      name: "a host that is no name", arguments: ["run", "--hosts", "n1,-x", "--output", "out"],
      complaint:
        "--hosts: '-x' is not the name of a host; it has letters, digits and ._-:@/%+, and begins with no -"),
    Case(
      name: "one host", arguments: ["run", "--hosts", "n1", "--output", "out"],
      complaint: "--hosts: 'n1' is the server's host, and no host is left for the load; name one more"),
    Case(
      name: "a file of hosts that is not there", arguments: ["run", "--hosts", "@none", "--output", "out"],
      complaint: "--hosts: cannot read 'none'; name a file with a host in each line"),
    Case(
      name: "a launcher without its host",
      arguments: ["run", "--hosts", "a,b", "--launch", "ssh a", "--output", "out"],
      complaint:
        "--launch: 'ssh a' has no {host}, which stands for the name of a host; add it, as in 'ssh {host}'"),
    Case(
      name: "a launcher that is not there",
      arguments: ["run", "--hosts", "a,b", "--launch", "no-such-launcher {host}", "--output", "out"], code: 1,
      complaint:
        "the launcher 'no-such-launcher' is not on PATH; install it, or name another --launch"),
    Case(
      name: "no allocation", arguments: ["run", "--launch", "slurm", "--output", "out"],
      complaint:
        "there is no allocation of slurm (SLURM_JOB_NODELIST is not set); run within one, or name --hosts"),
    Case(
      name: "a server's host alone", arguments: ["run", "--server-host", "a", "--output", "out"],
      complaint: "--launch, --server-host, --observer, --copy and --start-skew need --hosts, such as n1,n2"),
    Case(
      name: "an observer on the server's host",
      arguments: ["run", "--hosts", "a,b", "--observer", "a", "--output", "out"],
      complaint: "--observer: 'a' is the server's host; name another one"),
    Case(
      name: "an observer and nobody to observe",
      arguments: ["run", "--hosts", "a,b", "--observer", "b", "--output", "out"],
      complaint: "--observer: 'b' observes, and no host is left for the load; name one more"),
    Case(
      name: "hosts and an audit", arguments: ["run", "--hosts", "a,b", "--audit", "--output", "out"],
      complaint: "--audit is for this machine alone, and does not go with --hosts"),
    Case(
      name: "load hosts that a suite needs, and no hosts", arguments: ["run", "suite.json", "--output", "out"],
      suite: suite(#""name": "x", "workload": {"kind": "echo"}, "hosts": {"load": 2}"#),
      complaint:
        "experiment 'x': it needs 2 load hosts, and the run has none; name them with --hosts, after the server's"),
    Case(
      name: "fewer load hosts than a suite needs",
      arguments: ["run", "suite.json", "--hosts", "a,b", "--output", "out"],
      suite: suite(#""name": "x", "workload": {"kind": "echo"}, "hosts": {"load": 2}"#),
      complaint:
        "experiment 'x': it needs 2 load hosts, and the run has 1; name them with --hosts, after the server's"),
    Case(
      name: "no observer where a suite needs one",
      arguments: ["run", "suite.json", "--hosts", "a,b", "--output", "out"],
      suite: suite(#""name": "x", "workload": {"kind": "echo"}, "hosts": {"observer": true}"#),
      complaint: "experiment 'x': it needs an observer, and the run has none; name one with --observer"),
    Case(
      name: "hosts and files", arguments: ["run", "--hosts", "a,b", "--workload", "file", "--output", "out"],
      complaint: "experiment 'file': file operations are of one machine; leave out the hosts"),
    Case(
      name: "hosts and a target",
      arguments: ["run", "--hosts", "a,b", "--target", "http://127.0.0.1:1/", "--output", "out"],
      complaint: "experiment 'http': traffic goes to hosts of the run alone; leave out the target or the hosts"),
    Case(
      name: "hosts and a start skew of nothing",
      arguments: ["run", "--hosts", "a,b", "--start-skew", "0ms", "--output", "out"],
      complaint: "--start-skew '0ms' is not a time such as 1ms, above 0"),
  ]
}
