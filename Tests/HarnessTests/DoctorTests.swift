import Records
import Testing

@testable import Harness

@Suite struct DoctorTests {
  struct Case: CustomTestStringConvertible, Sendable {
    var finding: String
    var severity: Finding.Severity
    var found: String
    var change: @Sendable (inout Doctor) -> Void

    init(
      _ finding: String, _ severity: Finding.Severity, _ found: String,
      _ change: @escaping @Sendable (inout Doctor) -> Void
    ) {
      self.finding = finding
      self.severity = severity
      self.found = found
      self.change = change
    }

    var testDescription: String { "\(finding): \(found)" }
  }

  /// A machine of eight processors that disturbs nothing.
  static var quiet: Doctor {
    var doctor = Doctor()
    doctor.environment.cpusOnline = 8
    doctor.environment.cpusAllowed = Array(0..<8)
    doctor.environment.clientCPUs = [0, 1, 2, 3]
    doctor.environment.serverCPUs = [4, 5, 6, 7]
    doctor.environment.governor = "performance"
    doctor.environment.hasTurbo = false
    doctor.environment.hasSMT = false
    doctor.environment.hypervisor = false
    doctor.environment.loadAverage = 0.1
    doctor.environment.stealShare = 0
    doctor.environment.containerCPULimit = "max 100000"
    doctor.environment.memory = 16 << 30
    doctor.environment.swapUsed = 0
    doctor.environment.clocksource = "tsc"
    doctor.environment.descriptorLimit = 1 << 20
    doctor.environment.softDescriptorLimit = 1024
    doctor.environment.ephemeralPorts = [32768, 60999]
    doctor.environment.somaxconn = 4096
    doctor.sharedCores = []
    doctor.sample = ProcessorTimes(busy: 1, idle: 399, stolen: 0)
    doctor.synBacklog = 4096
    doctor.timeWaitReuse = 2
    doctor.clockRead = 25
    doctor.programs = ["gnuplot", "perf"]
    return doctor
  }

  static let cases: [Case] = [
    Case("build", .warning, "debug") { $0.configuration = "debug" },
    Case("processors", .warning, "1, which client and server share") { $0.environment.cpusAllowed = [3] },
    Case("processors", .note, "2: client 5, server 6") {
      $0.environment.cpusAllowed = [5, 6]
      $0.environment.clientCPUs = [5]
      $0.environment.serverCPUs = [6]
    },
    Case("processors", .fine, "8: client 0-3, server 4-7") { _ in },
    Case("processors", .note, "not visible here") { $0.environment.cpusAllowed = nil },
    Case("affinity", .note, "4 of 8 processors allowed") { $0.environment.cpusAllowed = [0, 1, 2, 3] },
    Case("governor", .warning, "powersave") { $0.environment.governor = "powersave" },
    Case("governor", .warning, "performance, schedutil") { $0.environment.governor = "performance, schedutil" },
    Case("governor", .note, "not visible here") { $0.environment.governor = nil },
    Case("turbo", .note, "on") { $0.environment.hasTurbo = true },
    Case("turbo", .note, "not visible here") { $0.environment.hasTurbo = nil },
    Case("SMT", .note, "on") { $0.environment.hasSMT = true },
    Case("SMT", .warning, "client and server share cores, such as 0,4") { $0.sharedCores = [[0, 4], [1, 5]] },
    Case("SMT", .fine, "off, as far as the hypervisor tells") { $0.environment.hypervisor = true },
    Case("SMT", .note, "not visible here") { $0.environment.hasSMT = nil },
    Case("hypervisor", .note, "this is a virtual machine") { $0.environment.hypervisor = true },
    Case("steal", .warning, "2.0 % over 0.5 s, 0.5 % since boot") {
      $0.sample = ProcessorTimes(busy: 0, idle: 98, stolen: 2)
      $0.environment.stealShare = 0.005
    },
    Case("steal", .note, "0.5 % over 0.5 s") {
      $0.sample = ProcessorTimes(busy: 0, idle: 199, stolen: 1)
      $0.environment.stealShare = nil
    },
    Case("steal", .note, "not visible here") { $0.sample = ProcessorTimes(busy: 0, idle: 0, stolen: 0) },
    Case("other load", .warning, "25.0 % of the allowed processors over 0.5 s") {
      $0.sample = ProcessorTimes(busy: 1, idle: 3, stolen: 0)
    },
    Case("other load", .note, "5.0 % of the allowed processors over 0.5 s") {
      $0.sample = ProcessorTimes(busy: 5, idle: 95, stolen: 0)
    },
    Case("load average", .warning, "8.00 on 8 processors") { $0.environment.loadAverage = 8 },
    Case("load average", .note, "2.00 on 8 processors") { $0.environment.loadAverage = 2 },
    Case("load average", .fine, "1.99 on 8 processors") { $0.environment.loadAverage = 1.99 },
    Case("CPU quota", .warning, "1.50 processors") { $0.environment.containerCPULimit = "150000 100000" },
    Case("CPU quota", .note, "8.00 processors") { $0.environment.containerCPULimit = "800000 100000" },
    Case("CPU quota", .fine, "none") { $0.environment.containerCPULimit = nil },
    Case("memory limit", .note, "512 MiB") { $0.environment.containerMemoryLimit = "536870912" },
    Case("memory limit", .fine, "none below the machine's memory") { $0.environment.containerMemoryLimit = "max" },
    Case("swap", .note, "3 MiB in use") { $0.environment.swapUsed = 3 << 20 },
    Case("clock", .warning, "hpet, 25 ns for a reading") { $0.environment.clocksource = "hpet" },
    Case("clock", .warning, "xen, 300 ns for a reading") {
      $0.environment.clocksource = "xen"
      $0.clockRead = 300.7
    },
    Case("descriptors", .warning, "1024 soft, 1024 hard (used): 960 lanes") { $0.environment.descriptorLimit = 1024 },
    Case("descriptors", .note, "1024 soft, 4096 hard (used): 4032 lanes") { $0.environment.descriptorLimit = 4096 },
    Case("descriptors", .warning, "1024 soft, 8 hard (used): 0 lanes") { $0.environment.descriptorLimit = 8 },
    Case("ports", .warning, "1001-1100: 100 TCP lanes") { $0.environment.ephemeralPorts = [1001, 1100] },
    Case("ports", .note, "not visible here") { $0.environment.ephemeralPorts = nil },
    Case("listen queue", .note, "somaxconn 128") { $0.environment.somaxconn = 128 },
    Case("SYN queue", .note, "tcp_max_syn_backlog 128") { $0.synBacklog = 128 },
    Case("port reuse", .note, "after a minute (tcp_tw_reuse 0): about 470 new connections a second") {
      $0.timeWaitReuse = 0
    },
    Case("port reuse", .fine, "after a second (tcp_tw_reuse 1)") { $0.timeWaitReuse = 1 },
    Case("gnuplot", .note, "not installed") { $0.programs = ["strace"] },
    Case("audit tools", .note, "neither perf nor strace") { $0.programs = ["gnuplot"] },
    Case("audit tools", .fine, "perf, strace") { $0.programs = ["strace", "perf"] },
  ]

  @Test(arguments: cases) func disturbanceIsFound(_ example: Case) {
    var doctor = Self.quiet
    example.change(&doctor)
    let finding = doctor.findings.first { $0.name == example.finding }
    #expect(finding?.severity == example.severity)
    #expect(finding?.found == example.found)
    #expect(example.severity != .fine || finding?.remedy == nil)
    #expect(example.severity != .warning || finding?.remedy != nil)
    for finding in doctor.findings {
      #expect(!finding.effect.isEmpty && finding.effect.count <= 91, "\(finding.effect)")
      #expect((finding.remedy ?? "").count <= 91, "\(finding.remedy ?? "")")
    }
  }

  @Test func quietMachineIsFine() {
    #expect(Self.quiet.findings.allSatisfy { $0.severity == .fine && $0.remedy == nil })
  }

  @Test func machineThatShowsNothingIsNotJudged() {
    let findings = Doctor().findings
    #expect(Set(findings.map(\.name)).count == findings.count)
    #expect(!findings.contains { $0.severity == .warning })
  }

  @Test func thisMachineIsExamined() throws {
    let doctor = try Doctor.ofThisMachine()
    #expect(doctor.findings.count == Self.quiet.findings.count)
    #expect(doctor.environment.cpusAllowed?.isEmpty == false)
    #expect((doctor.environment.softDescriptorLimit ?? 0) > 0)
    #expect((doctor.clockRead ?? 0) > 0)
  }

  @Test(
    arguments: [
      (["0", "1"], []), (["0,1", "0-1"], [[0, 1]]), ([nil, nil], nil), (["?", "1"], nil),
    ] as [([String?], [[Int]]?)])
  func coresOfBothSidesAreFound(_ siblings: [String?], shared: [[Int]]?) throws {
    let processors = try Processors(allowed: [0, 1])
    #expect(Doctor.sharedCores(of: processors) { siblings[$0] } == shared)
  }

  @Test func oneProcessorSharesNoCoreWithItself() throws {
    #expect(Doctor.sharedCores(of: try Processors(allowed: [0])) { _ in "0" } == [])
  }
}

@Suite struct MachineTextTests {
  @Test(
    arguments: [("0\n", false), ("1", true), ("2", nil), ("", nil), ("on", nil), ("1 0", nil)] as [(String, Bool?)])
  func switchIsRead(_ text: String, value: Bool?) { #expect(MachineText.flag(text) == value) }

  @Test(
    arguments: [("4096\n", 4096), ("-1", -1), ("", nil), ("9999999999999999999999", nil), ("1 2", nil)]
      as [(String, Int?)])
  func numberIsRead(_ text: String, value: Int?) { #expect(MachineText.number(text) == value) }

  @Test(
    arguments: [
      ("32768\t60999\n", 32768...60999), ("5 5", 5...5), ("9 5", nil), ("1", nil), ("0 70000", nil), ("-9 5", nil),
    ] as [(String, ClosedRange<Int>?)])
  func portsAreRead(_ text: String, ports: ClosedRange<Int>?) { #expect(MachineText.ports(text) == ports) }

  @Test(
    arguments: [("0.25 1.5 2 1/234 99\n", 0.25), ("", nil), ("nan", nil), ("-1 0 0", nil), ("x", nil)]
      as [(String, Double?)])
  func loadAverageIsRead(_ text: String, load: Double?) { #expect(MachineText.loadAverage(text) == load) }

  @Test(
    arguments: [
      ("SwapTotal:       2048 kB\nSwapFree:        1024 kB\n", 1 << 20), ("SwapTotal: 0 kB\nSwapFree: 0 kB", 0),
      ("SwapTotal: 1 kB\nSwapFree: 2 kB", nil), ("SwapTotal: 1 kB", nil), ("", nil),
      ("SwapTotal: 18446744073709551615 kB\nSwapFree: 0 kB", nil),
    ] as [(String, UInt64?)])
  func swapIsRead(_ text: String, used: UInt64?) { #expect(MachineText.swapUsed(text) == used) }

  @Test(
    arguments: [
      ("50000 100000\n", 0.5), ("max 100000", nil), ("-1 100000", nil), ("0 0", nil), ("5", nil), ("", nil),
    ] as [(String, Double?)])
  func quotaIsRead(_ text: String, processors: Double?) { #expect(MachineText.processorQuota(text) == processors) }

  @Test(arguments: [([], ""), ([4], "4"), ([0, 1, 2, 5], "0-2,5"), ([1, 3, 4], "1,3-4")])
  func rangesAreWritten(_ numbers: [Int], text: String) { #expect(MachineText.ranges(numbers) == text) }

  @Test func timesOfTheProcessorsAskedForAreSummed() {
    let text = """
      cpu  9 9 9 9 9 9 9 9 9 9
      cpu0 1 2 3 40 50 6 7 8 0 0
      cpu1 10 0 0 100 0 0 0 0 0 0
      cpu10 7 7 7 7 7 7 7 7 7 7
      cpu2 1 2 3
      intr 5
      """
    #expect(ProcessorTimes(text, of: [0, 1]) == ProcessorTimes(busy: 29, interrupts: 13, idle: 190, stolen: 8))
    #expect(ProcessorTimes(text, of: [2, 3]) == nil)
    #expect(ProcessorTimes("", of: [0]) == nil)
  }

  @Test func timesBetweenReadingsNeverFallBelowZero() {
    let later = ProcessorTimes(busy: 10, idle: 30, stolen: 5).since(ProcessorTimes(busy: 4, idle: 31, stolen: 3))
    #expect(later == ProcessorTimes(busy: 6, idle: 0, stolen: 2))
    #expect(later.busyShare == 0.75 && later.stolenShare == 0.25)
    #expect(later.since(later).busyShare == nil)
  }
}

@Suite struct ControlGroupTests {
  static let unified = "0::/a/b\n"
  static let separate = "9:name=systemd:/\n4:memory:/m\n2:cpu,cpuacct:/c\n0::/\n"

  @Test(arguments: [
    (unified, "cpu", ["/sys/fs/cgroup/a/b", "/sys/fs/cgroup/a", "/sys/fs/cgroup"], true),
    (separate, "cpu", ["/sys/fs/cgroup/cpu/c", "/sys/fs/cgroup/cpu"], false),
    (separate, "memory", ["/sys/fs/cgroup/memory/m", "/sys/fs/cgroup/memory"], false),
    ("0::/../../x", "cpu", ["/sys/fs/cgroup"], true),
    ("", "cpu", ["/sys/fs/cgroup"], true), ("nonsense\n::", "cpu", ["/sys/fs/cgroup"], true),
  ]) func foldersAreThoseOfTheGroupAndAllAboveIt(_ text: String, controller: String, folders: [String], isUnified: Bool)
  {
    let group = ControlGroup(text, controller: controller)
    #expect(group.folders == folders)
    #expect(group.isUnified == isUnified)
  }

  @Test func tightestLimitBinds() {
    let files = [
      "/sys/fs/cgroup/a/b/cpu.max": "max 100000", "/sys/fs/cgroup/a/cpu.max": "50000 100000",
      "/sys/fs/cgroup/cpu.max": "400000 100000", "/sys/fs/cgroup/a/b/memory.max": "max",
      "/sys/fs/cgroup/a/memory.max": "2048", "/sys/fs/cgroup/memory.max": "1024",
      "/sys/fs/cgroup/cpu/c/cpu.cfs_quota_us": "-1", "/sys/fs/cgroup/cpu/c/cpu.cfs_period_us": "100000",
      "/sys/fs/cgroup/memory/memory.limit_in_bytes": "9223372036854771712",
    ]
    #expect(ControlGroup(Self.unified, controller: "cpu").processorLimit { files[$0] } == "50000 100000")
    #expect(ControlGroup(Self.unified, controller: "memory").memoryLimit { files[$0] } == "1024")
    #expect(ControlGroup(Self.separate, controller: "cpu").processorLimit { files[$0] } == "max 100000")
    #expect(ControlGroup(Self.separate, controller: "memory").memoryLimit { files[$0] } == "max")
    #expect(ControlGroup(Self.unified, controller: "cpu").processorLimit { _ in nil } == nil)
    #expect(ControlGroup(Self.unified, controller: "memory").memoryLimit { _ in nil } == nil)
  }
}
