// A server on libuv: one loop, a stream and a timer per connection, callbacks.

#include <uv.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <thread>

#include "serving.hpp"

namespace {

/// Where all connections read: what comes is taken at once.
std::array<char, 64 * 1024> room;

union Stream {
  uv_handle_t handle;
  uv_stream_t stream;
  uv_tcp_t tcp;
  uv_pipe_t pipe;
};

void init(uv_loop_t* loop, Stream& stream, const peers::Endpoint& endpoint) {
  if (endpoint.path.empty()) {
    uv_tcp_init(loop, &stream.tcp);
  } else {
    uv_pipe_init(loop, &stream.pipe, 0);
  }
}

/// Answers one request after another: while an answer is delayed or not yet written, the next one waits.
class Connection {
 public:
  Connection(uv_loop_t* loop, const peers::ServerPlan& plan) : plan_(plan) {
    init(loop, stream_, plan.endpoint);
    uv_timer_init(loop, &timer_);
    stream_.handle.data = timer_.data = writing_.data = this;
  }
  virtual ~Connection() = default;
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  void accept(uv_stream_t* listener) {
    if (uv_accept(listener, &stream_.stream) < 0) return close();
    if (plan_.endpoint.path.empty()) {
      uv_tcp_nodelay(&stream_.tcp, 1);
      client_ = address_of_client();
    }
    uv_read_start(&stream_.stream, allocate, on_read);
  }

 protected:
  /// Takes a request, or a piece of one, from what has been received, and says after how many microseconds it is to be
  /// answered; nothing where more has to come.
  virtual std::optional<std::uint64_t> take() = 0;
  /// Appends the answer to the output.
  virtual void answer() = 0;

  const peers::Content& content() const { return plan_.content; }

  /// The client's address.
  const std::string& client() const { return client_; }

  std::string received_;
  std::vector<char> output_;
  bool closes_ = false;

 private:
  std::string address_of_client() const {
    sockaddr_in address = {};
    int length = sizeof address;
    std::array<char, INET_ADDRSTRLEN> name = {};
    uv_tcp_getpeername(&stream_.tcp, reinterpret_cast<sockaddr*>(&address), &length);
    uv_ip4_name(&address, name.data(), name.size());
    return name.data();
  }

  static Connection* of(void* data) { return static_cast<Connection*>(data); }

  static void allocate(uv_handle_t*, std::size_t, uv_buf_t* buffer) {
    *buffer = uv_buf_init(room.data(), static_cast<unsigned>(room.size()));
  }

  static void on_read(uv_stream_t* stream, ssize_t count, const uv_buf_t* buffer) {
    auto* connection = of(stream->data);
    if (count < 0) return connection->close();
    connection->received_.append(buffer->base, static_cast<std::size_t>(count));
    connection->advance();
  }

  void advance() {
    while (!is_delayed_ && !is_writing_ && !closes_) {
      const auto delay = take();
      if (!delay) break;
      if (*delay > 0) {
        due_ = uv_hrtime() + *delay * 1000;
        is_delayed_ = true;
        wait();
      } else {
        answer();
      }
    }
    write();
  }

  /// The loop's clock has whole milliseconds and is behind: a timer may come too early, and what is left is waited, too.
  void wait() {
    const std::uint64_t left = due_ - std::min(due_, uv_hrtime());
    uv_timer_start(&timer_, on_timer, (left + 999'999) / 1'000'000, 0);
  }

  static void on_timer(uv_timer_t* timer) {
    auto* connection = of(timer->data);
    if (uv_hrtime() < connection->due_) return connection->wait();
    connection->is_delayed_ = false;
    connection->answer();
    connection->advance();
  }

  /// At once as far as the socket takes it, and the rest when it can.
  void write() {
    if (is_writing_ || is_closing_) return;
    if (!output_.empty()) {
      uv_buf_t buffer = uv_buf_init(output_.data(), static_cast<unsigned>(output_.size()));
      const int written = uv_try_write(&stream_.stream, &buffer, 1);
      if (written < 0 && written != UV_EAGAIN) return close();
      output_.erase(output_.begin(), output_.begin() + std::max(written, 0));
    }
    if (!output_.empty()) {
      is_writing_ = true;
      written_.swap(output_);
      uv_buf_t rest = uv_buf_init(written_.data(), static_cast<unsigned>(written_.size()));
      uv_write(&writing_, &stream_.stream, &rest, 1, on_write);
    } else if (closes_) {
      close();
    }
  }

  static void on_write(uv_write_t* request, int status) {
    auto* connection = of(request->data);
    connection->is_writing_ = false;
    connection->written_.clear();
    if (status < 0) return connection->close();
    connection->advance();
  }

  /// Its memory is given back when both of its handles are closed.
  void close() {
    if (is_closing_) return;
    is_closing_ = true;
    uv_close(&stream_.handle, [](uv_handle_t* stream) {
      uv_close(reinterpret_cast<uv_handle_t*>(&of(stream->data)->timer_),
               [](uv_handle_t* timer) { delete of(timer->data); });
    });
    uv_timer_stop(&timer_);
  }

  const peers::ServerPlan& plan_;
  Stream stream_;
  uv_timer_t timer_;
  uv_write_t writing_;
  std::string client_ = "UNIX";
  std::vector<char> written_;
  std::uint64_t due_ = 0;
  bool is_delayed_ = false;
  bool is_writing_ = false;
  bool is_closing_ = false;
};

class HTTPConnection final : public Connection {
 public:
  using Connection::Connection;

 private:
  std::optional<std::uint64_t> take() override {
    const auto end = received_.find(peers::end_of_head);
    if (end == received_.npos) {
      closes_ = received_.size() > peers::longest_head;
      return std::nullopt;
    }
    const auto length = end + peers::end_of_head.size();
    request_ = peers::Request::parse(std::string_view(received_).substr(0, length));
    received_.erase(0, length);
    return request_.delay;
  }

  void answer() override {
    request_.append_reply(output_, content(), client());
    closes_ = request_.closes;
  }

  peers::Request request_;
};

/// Sends back what comes, message after message, each after the delay that its header asks for.
class EchoConnection final : public Connection {
 public:
  using Connection::Connection;

 private:
  std::optional<std::uint64_t> take() override {
    if (received_.empty()) return std::nullopt;
    if (left_ > 0) return 0;
    if (received_.size() < peers::EchoHeader::length) return std::nullopt;
    const auto header = peers::EchoHeader::parse(received_.data());
    left_ = header.size;
    return header.delay;
  }

  void answer() override {
    const auto count = std::min(left_, received_.size());
    output_.insert(output_.end(), received_.begin(), received_.begin() + static_cast<std::ptrdiff_t>(count));
    received_.erase(0, count);
    left_ -= count;
  }

  /// Bytes of the message in hand that have not come.
  std::size_t left_ = 0;
};

void on_connection(uv_stream_t* listener, int status) {
  if (status < 0) return;
  const auto& plan = *static_cast<const peers::ServerPlan*>(listener->data);
  Connection* connection = nullptr;
  if (plan.is_http) {
    connection = new HTTPConnection(listener->loop, plan);
  } else {
    connection = new EchoConnection(listener->loop, plan);
  }
  connection->accept(listener);
}

void check(const char* call, int result) {
  if (result >= 0) return;
  std::fprintf(stderr, "%s: %s\n", call, uv_strerror(result));
  std::exit(1);
}

}  // namespace

int main() {
  auto plan = peers::ServerPlan::read();
  const auto& endpoint = plan.endpoint;
  uv_loop_t* loop = uv_default_loop();
  Stream listener;
  init(loop, listener, endpoint);
  listener.handle.data = &plan;
  sockaddr_in address = {};
  if (endpoint.path.empty()) {
    check("uv_ip4_addr", uv_ip4_addr(endpoint.host.c_str(), endpoint.port, &address));
    check("uv_tcp_bind", uv_tcp_bind(&listener.tcp, reinterpret_cast<const sockaddr*>(&address), 0));
  } else {
    check("uv_pipe_bind", uv_pipe_bind(&listener.pipe, endpoint.path.c_str()));
  }
  check("uv_listen", uv_listen(&listener.stream, peers::backlog, on_connection));
  if (endpoint.path.empty()) {
    int length = sizeof address;
    check("uv_tcp_getsockname", uv_tcp_getsockname(&listener.tcp, reinterpret_cast<sockaddr*>(&address), &length));
  }
  peers::say_listening(endpoint, ntohs(address.sin_port));
  std::thread([] {
    peers::wait_for_end_of_input();
    std::_Exit(0);
  }).detach();
  uv_run(loop, UV_RUN_DEFAULT);
}
