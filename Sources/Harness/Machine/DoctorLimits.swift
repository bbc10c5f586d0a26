import Foundation

/// Judges the limits of this machine and its container.
extension Doctor {
  var processorQuota: Finding {
    let effect = "past the quota all threads stop for the rest of the period: up to 100 ms of latency"
    let limit = environment.containerCPULimit.flatMap(MachineText.processorQuota)
    guard let limit else { return Finding("CPU quota", "none", .fine, effect: effect) }
    let isBinding = limit < Double(environment.cpusAllowed?.count ?? 1)
    return Finding(
      "CPU quota", String(format: "%.2f processors", limit), isBinding ? .warning : .note, effect: effect,
      remedy: "give whole processors instead: docker run --cpuset-cpus 0-3, without --cpus")
  }

  var memoryLimit: Finding {
    let effect = "beyond it the kernel reclaims pages and then kills processes, even with memory free outside"
    let limit = environment.containerMemoryLimit.flatMap { UInt64($0) }
    guard let limit, limit < environment.memory ?? .max else {
      return Finding("memory limit", "none below the machine's memory", .fine, effect: effect)
    }
    return Finding(
      "memory limit", "\(limit >> 20) MiB", .note, effect: effect,
      remedy: "raise it for many lanes (docker run --memory): each takes about 18 KiB")
  }

  var swap: Finding {
    let effect = "pages read back from disk add milliseconds, mostly at the beginning"
    guard let used = environment.swapUsed else { return .hidden("swap", effect: effect) }
    return Finding(
      "swap", used == 0 ? "not in use" : "\(used >> 20) MiB in use", used == 0 ? .fine : .note, effect: effect,
      remedy: "stop what takes the memory, then swapoff -a && swapon -a (as root)")
  }

  var descriptors: Finding {
    let effect = "a connection takes one on each side; experiments with more lanes are refused"
    guard let hard = environment.descriptorLimit, let soft = environment.softDescriptorLimit else {
      return .hidden("descriptors", effect: effect)
    }
    let lanes = max(0, hard - Feasibility.spareDescriptors)
    return Finding(
      "descriptors", "\(soft) soft, \(hard) hard (used): \(lanes) lanes", Self.room(for: lanes), effect: effect,
      remedy: "as root: ulimit -Hn 1048576; or LimitNOFILE= in systemd, docker run --ulimit nofile=")
  }

  var ports: Finding {
    let effect = "a TCP lane takes one; experiments with more lanes are refused"
    guard let ends = environment.ephemeralPorts, let count = portCount else { return .hidden("ports", effect: effect) }
    return Finding(
      "ports", "\(ends[0])-\(ends[1]): \(count) TCP lanes", Self.room(for: count), effect: effect,
      remedy: "sysctl -w net.ipv4.ip_local_port_range='1024 65535' (as root)")
  }

  var portReuse: Finding {
    let effect = "a closed connection keeps its port until then: with connection new, ports may run out"
    guard let timeWaitReuse else { return .hidden("port reuse", effect: effect) }
    let rate = portCount.map { ": about \($0 / 60) new connections a second" } ?? ""
    let found =
      switch timeWaitReuse {
      case 1: "after a second (tcp_tw_reuse 1)"
      case 2: "after a second, on loopback only (tcp_tw_reuse 2)"
      default: "after a minute (tcp_tw_reuse \(timeWaitReuse))\(rate)"
      }
    return Finding(
      "port reuse", found, timeWaitReuse == 1 || timeWaitReuse == 2 ? .fine : .note, effect: effect,
      remedy: "sysctl -w net.ipv4.tcp_tw_reuse=1 (as root)")
  }

  var listenQueue: Finding {
    let effect = "connections beyond it retry after 1 s: slow starts, and long tails with connection new"
    guard let somaxconn = environment.somaxconn else { return .hidden("listen queue", effect: effect) }
    return Finding(
      "listen queue", "somaxconn \(somaxconn)", somaxconn < 4096 ? .note : .fine, effect: effect,
      remedy: "sysctl -w net.core.somaxconn=4096 (as root)")
  }

  var synQueue: Finding {
    let effect = "handshakes beyond it retry after 1 s, or use SYN cookies"
    guard let synBacklog else { return .hidden("SYN queue", effect: effect) }
    return Finding(
      "SYN queue", "tcp_max_syn_backlog \(synBacklog)", synBacklog < 1024 ? .note : .fine, effect: effect,
      remedy: "sysctl -w net.ipv4.tcp_max_syn_backlog=4096 (as root)")
  }

  private var portCount: Int? {
    environment.ephemeralPorts.flatMap { $0.count == 2 && $0[0] <= $0[1] ? $0[1] - $0[0] + 1 : nil }
  }

  /// The severity of a limit on lanes.
  private static func room(for lanes: Int) -> Finding.Severity {
    lanes < 1024 ? .warning : lanes < 16384 ? .note : .fine
  }
}
