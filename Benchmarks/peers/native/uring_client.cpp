// A client on liburing: one ring on one thread, a multishot receive for each connection into buffers that the ring
// provides, and a timeout for each lane.

#include <liburing.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <arpa/inet.h>
#include <cstdlib>
#include <memory>

#include "lanes.hpp"

namespace {

using peers::Trial;

class UringLane;

/// A connection outlives its lane's interest in it until the last of its completions has come.
struct Connection {
  int descriptor;
  UringLane* lane;
  unsigned pending = 0;
};

/// What a completion is of: in the low bits of its user data, beside the lane or the connection.
enum Kind : std::uint64_t { nothing, timer, connecting, sending, receiving, closing };
constexpr std::uint64_t kinds = 7;

class Ring {
 public:
  explicit Ring(const Trial& trial) {
    io_uring_params parameters = {};
    parameters.flags = IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN;
    check("io_uring_queue_init", io_uring_queue_init_params(entries, &ring_, &parameters));
    check("io_uring_register_ring_fd", io_uring_register_ring_fd(&ring_) == 1 ? 0 : -ENOTSUP);
    if (trial.endpoint) {
      set_address(*trial.endpoint);
      provide_buffers();
    }
  }

  /// An entry to be prepared; what is queued is submitted where there is no room for more.
  io_uring_sqe* entry() {
    for (;;) {
      if (io_uring_sqe* entry = io_uring_get_sqe(&ring_)) return entry;
      io_uring_submit(&ring_);
    }
  }

  static void mark(io_uring_sqe* entry, Kind kind, const void* owner) {
    io_uring_sqe_set_data64(entry, reinterpret_cast<std::uint64_t>(owner) | kind);
  }

  /// Takes completions until it is stopped.
  void run();
  void stop() { is_stopped_ = true; }

  const sockaddr* address() const { return reinterpret_cast<const sockaddr*>(&address_); }
  socklen_t address_length() const { return address_length_; }

  void receive(Connection& connection) {
    io_uring_sqe* entry = this->entry();
    io_uring_prep_recv_multishot(entry, connection.descriptor, nullptr, 0, 0);
    entry->flags |= IOSQE_BUFFER_SELECT;
    entry->buf_group = group;
    mark(entry, receiving, &connection);
    ++connection.pending;
  }

 private:
  static constexpr unsigned entries = 4096;
  static constexpr unsigned buffers = 1024;
  static constexpr unsigned buffer_size = 4096;
  static constexpr int group = 0;

  static void check(const char* call, int result) {
    if (result < 0) Trial::fail(std::string(call) + ": " + std::strerror(-result));
  }

  void set_address(const peers::Endpoint& endpoint) {
    if (endpoint.path.empty()) {
      auto* inet = reinterpret_cast<sockaddr_in*>(&address_);
      inet->sin_family = AF_INET;
      inet->sin_port = htons(endpoint.port);
      if (inet_pton(AF_INET, endpoint.host.c_str(), &inet->sin_addr) != 1) Trial::fail(endpoint.host + " is no address");
      address_length_ = sizeof *inet;
    } else {
      auto* local = reinterpret_cast<sockaddr_un*>(&address_);
      local->sun_family = AF_UNIX;
      if (endpoint.path.size() >= sizeof local->sun_path) Trial::fail(endpoint.path + " is too long");
      std::memcpy(local->sun_path, endpoint.path.c_str(), endpoint.path.size() + 1);
      address_length_ = sizeof *local;
    }
  }

  void provide_buffers() {
    void* memory = nullptr;
    check("posix_memalign", -posix_memalign(&memory, 4096, buffers * sizeof(io_uring_buf)));
    provided_ = static_cast<io_uring_buf_ring*>(memory);
    io_uring_buf_reg registration = {};
    registration.ring_addr = reinterpret_cast<std::uint64_t>(memory);
    registration.ring_entries = buffers;
    registration.bgid = group;
    check("io_uring_register_buf_ring", io_uring_register_buf_ring(&ring_, &registration, 0));
    io_uring_buf_ring_init(provided_);
    memory_.resize(std::size_t{buffers} * buffer_size);
    for (unsigned index = 0; index < buffers; ++index) add_buffer(index, index);
    io_uring_buf_ring_advance(provided_, buffers);
  }

  char* buffer(unsigned index) { return memory_.data() + std::size_t{index} * buffer_size; }

  void add_buffer(unsigned index, unsigned offset) {
    io_uring_buf_ring_add(provided_, buffer(index), buffer_size, static_cast<unsigned short>(index),
                          io_uring_buf_ring_mask(buffers), static_cast<int>(offset));
  }

  void completed(const io_uring_cqe& completion);
  void received(Connection& connection, int result, unsigned flags);

  io_uring ring_;
  io_uring_buf_ring* provided_ = nullptr;
  std::vector<char> memory_;
  sockaddr_storage address_ = {};
  socklen_t address_length_ = 0;
  bool is_stopped_ = false;
};

class UringLane final : public peers::Lane {
 public:
  UringLane(Ring& ring, peers::Shared& shared, std::uint32_t index) : Lane(shared, index), ring_(ring) {}

  void completed_connect(int result) {
    if (result < 0) return failed(-result);
    ring_.receive(*connection_);
    connected();
  }

  void completed_send(int result) {
    if (result < 0) failed(-result);
  }

  /// Hands over what has come, as far as the lane keeps its connection; nothing where that has ended.
  void completed_receive(std::span<const char> bytes) {
    const Connection* connection = connection_;
    if (bytes.empty()) return received(0);
    while (!bytes.empty() && connection_ == connection) {
      const auto room = exchange().room();
      const auto piece = bytes.first(std::min(bytes.size(), room.size()));
      std::memcpy(room.data(), piece.data(), piece.size());
      bytes = bytes.subspan(piece.size());
      received(piece.size());
    }
  }

  void failed_receive(int number) { failed(number); }

  /// The timeout that was set may be one of an operation that is over: then it is set again, or no more.
  void completed_timer() {
    armed_ = 0;
    if (wanted_ == 0) return;
    if (peers::now() < wanted_) return arm();
    wanted_ = 0;
    woken();
  }

 private:
  bool is_connected() const override { return connection_ != nullptr; }

  void connect() override {
    const int descriptor = socket(ring_.address()->sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (descriptor < 0) return failed(errno);
    if (ring_.address()->sa_family == AF_INET) {
      const int on = 1;
      setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    }
    connection_ = new Connection{descriptor, this, 1};
    io_uring_sqe* entry = ring_.entry();
    io_uring_prep_connect(entry, descriptor, ring_.address(), ring_.address_length());
    Ring::mark(entry, connecting, connection_);
  }

  /// MSG_WAITALL: the kernel goes on until all of it is sent. A reply is received as it comes, from connecting to closing.
  void send() override {
    const auto output = exchange().output();
    io_uring_sqe* entry = ring_.entry();
    io_uring_prep_send(entry, connection_->descriptor, output.data(), output.size(), MSG_WAITALL | MSG_NOSIGNAL);
    Ring::mark(entry, sending, connection_);
    ++connection_->pending;
  }

  void receive() override {}

  /// A receive that is underway holds the socket until it is shut down.
  void close() override {
    if (!connection_) return;
    shutdown(connection_->descriptor, SHUT_RDWR);
    ::close(connection_->descriptor);
    connection_->lane = nullptr;
    if (connection_->pending == 0) delete connection_;
    connection_ = nullptr;
  }

  /// Each lane has one timeout at most. One that is to come earlier is left, and looks again when it does.
  void set_timer(std::uint64_t instant) override {
    wanted_ = instant;
    if (armed_ == 0) {
      arm();
    } else if (instant < armed_) {
      io_uring_sqe* entry = ring_.entry();
      set_time();
      io_uring_prep_timeout_update(entry, &time_, reinterpret_cast<std::uint64_t>(this) | timer, IORING_TIMEOUT_ABS);
      Ring::mark(entry, nothing, this);
    }
  }

  void cancel_timer() override { wanted_ = 0; }

  void arm() {
    io_uring_sqe* entry = ring_.entry();
    set_time();
    io_uring_prep_timeout(entry, &time_, 0, IORING_TIMEOUT_ABS);
    Ring::mark(entry, timer, this);
  }

  void set_time() {
    armed_ = wanted_;
    time_.tv_sec = static_cast<std::int64_t>(wanted_ / 1'000'000'000);
    time_.tv_nsec = static_cast<long long>(wanted_ % 1'000'000'000);
  }

  void all_done() override { ring_.stop(); }

  Ring& ring_;
  Connection* connection_ = nullptr;
  /// When it is to be woken, and when the timeout comes; 0 for never.
  std::uint64_t wanted_ = 0, armed_ = 0;
  __kernel_timespec time_ = {};
};

void Ring::run() {
  is_stopped_ = false;
  while (!is_stopped_) {
    const int submitted = io_uring_submit_and_wait(&ring_, 1);
    if (submitted < 0 && submitted != -EINTR) check("io_uring_submit_and_wait", submitted);
    unsigned head, count = 0;
    io_uring_cqe* completion;
    io_uring_for_each_cqe(&ring_, head, completion) {
      ++count;
      completed(*completion);
    }
    io_uring_cq_advance(&ring_, count);
  }
}

void Ring::completed(const io_uring_cqe& completion) {
  const auto kind = static_cast<Kind>(completion.user_data & kinds);
  const auto owner = completion.user_data & ~kinds;
  switch (kind) {
    case nothing:
      return;
    case closing:
      return stop();
    case timer:
      return reinterpret_cast<UringLane*>(owner)->completed_timer();
    case connecting:
    case sending:
    case receiving:
      break;
  }
  auto& connection = *reinterpret_cast<Connection*>(owner);
  if (kind == receiving) {
    received(connection, completion.res, completion.flags);
  } else if (UringLane* lane = connection.lane) {
    kind == connecting ? lane->completed_connect(completion.res) : lane->completed_send(completion.res);
  }
  if (kind != receiving || !(completion.flags & IORING_CQE_F_MORE)) --connection.pending;
  if (connection.pending == 0 && !connection.lane) delete &connection;
}

void Ring::received(Connection& connection, int result, unsigned flags) {
  const bool wants_more = !(flags & IORING_CQE_F_MORE) && (result > 0 || result == -ENOBUFS);
  if (connection.lane && result >= 0) {
    const unsigned index = flags >> IORING_CQE_BUFFER_SHIFT;
    const auto count = static_cast<std::size_t>(result);
    connection.lane->completed_receive(count > 0 ? std::span<const char>(buffer(index), count)
                                                 : std::span<const char>());
  } else if (connection.lane && result != -ENOBUFS) {
    connection.lane->failed_receive(-result);
  }
  if (flags & IORING_CQE_F_BUFFER) {
    add_buffer(flags >> IORING_CQE_BUFFER_SHIFT, 0);
    io_uring_buf_ring_advance(provided_, 1);
  }
  if (wants_more && connection.lane) receive(connection);
}

}  // namespace

int main() {
  Trial trial;
  Ring ring(trial);
  peers::Shared shared(trial);
  std::vector<std::unique_ptr<UringLane>> lanes;
  for (std::uint32_t index = 0; index < trial.lanes; ++index) {
    lanes.push_back(std::make_unique<UringLane>(ring, shared, index));
  }
  if (trial.workload != "sleep" && trial.keeps_connections) {
    for (auto& lane : lanes) lane->prepare();
    ring.run();
  }
  trial.ready();
  __kernel_timespec closes = {};
  if (trial.closes() != UINT64_MAX) {
    closes.tv_sec = static_cast<std::int64_t>(trial.closes() / 1'000'000'000);
    closes.tv_nsec = static_cast<long long>(trial.closes() % 1'000'000'000);
    io_uring_sqe* entry = ring.entry();
    io_uring_prep_timeout(entry, &closes, 0, IORING_TIMEOUT_ABS);
    Ring::mark(entry, closing, nullptr);
  }
  for (auto& lane : lanes) lane->run();
  ring.run();
  trial.done();
}
