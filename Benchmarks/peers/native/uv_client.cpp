// A client on libuv: one loop, a stream and a timer per lane, callbacks.

#include <uv.h>

#include <memory>

#include "lanes.hpp"

namespace {

using peers::Trial;

class UvLane final : public peers::Lane {
 public:
  UvLane(uv_loop_t* loop, peers::Shared& shared, std::uint32_t index) : Lane(shared, index), loop_(loop) {
    uv_timer_init(loop, &timer_);
    timer_.data = this;
    connecting_.data = writing_.data = this;
  }

 private:
  /// A stream outlives its lane's interest in it until it is closed.
  union Stream {
    uv_handle_t handle;
    uv_stream_t stream;
    uv_tcp_t tcp;
    uv_pipe_t pipe;
  };

  bool is_connected() const override { return stream_ != nullptr; }

  void connect() override {
    stream_ = new Stream;
    if (endpoint().path.empty()) {
      uv_tcp_init(loop_, &stream_->tcp);
      uv_tcp_nodelay(&stream_->tcp, 1);
      sockaddr_in address;
      if (int error = uv_ip4_addr(endpoint().host.c_str(), endpoint().port, &address)) return failed(-error);
      stream_->handle.data = this;
      if (int error = uv_tcp_connect(&connecting_, &stream_->tcp, reinterpret_cast<sockaddr*>(&address), on_connect)) {
        failed(-error);
      }
    } else {
      uv_pipe_init(loop_, &stream_->pipe, 0);
      stream_->handle.data = this;
      uv_pipe_connect(&connecting_, &stream_->pipe, endpoint().path.c_str(), on_connect);
    }
  }

  static void on_connect(uv_connect_t* request, int status) {
    auto* lane = static_cast<UvLane*>(request->data);
    if (status == UV_ECANCELED) return;
    if (status < 0) return lane->failed(-status);
    uv_read_start(&lane->stream_->stream, allocate, on_read);
    lane->connected();
  }

  /// A reply is read as it comes: reading goes on from connecting to closing.
  void send() override {
    const auto output = exchange().output();
    uv_buf_t buffer = uv_buf_init(const_cast<char*>(output.data()), static_cast<unsigned>(output.size()));
    const int written = uv_try_write(&stream_->stream, &buffer, 1);
    if (written == static_cast<int>(output.size())) return;
    if (written < 0 && written != UV_EAGAIN) return failed(-written);
    const auto rest = output.subspan(static_cast<std::size_t>(std::max(written, 0)));
    buffer = uv_buf_init(const_cast<char*>(rest.data()), static_cast<unsigned>(rest.size()));
    uv_write(&writing_, &stream_->stream, &buffer, 1, on_write);
  }

  static void on_write(uv_write_t* request, int status) {
    if (status < 0 && status != UV_ECANCELED) static_cast<UvLane*>(request->data)->failed(-status);
  }

  void receive() override {}

  static void allocate(uv_handle_t* handle, std::size_t, uv_buf_t* buffer) {
    const auto room = static_cast<UvLane*>(handle->data)->exchange().room();
    *buffer = uv_buf_init(room.data(), static_cast<unsigned>(room.size()));
  }

  static void on_read(uv_stream_t* stream, ssize_t count, const uv_buf_t*) {
    auto* lane = static_cast<UvLane*>(stream->data);
    if (count > 0 || count == UV_EOF) {
      lane->received(static_cast<std::size_t>(std::max<ssize_t>(count, 0)));
    } else if (count < 0) {
      lane->failed(static_cast<int>(-count));
    }
  }

  void close() override {
    if (!stream_) return;
    uv_close(&stream_->handle, [](uv_handle_t* handle) { delete reinterpret_cast<Stream*>(handle); });
    stream_ = nullptr;
  }

  void set_timer(std::uint64_t instant) override {
    const std::uint64_t now = peers::now();
    const std::uint64_t left = instant > now ? instant - now : 0;
    uv_timer_start(&timer_, [](uv_timer_t* timer) { static_cast<UvLane*>(timer->data)->woken(); },
                   (left + 999'999) / 1'000'000, 0);
  }

  void cancel_timer() override { uv_timer_stop(&timer_); }

  void all_done() override { uv_stop(loop_); }

  uv_loop_t* loop_;
  uv_timer_t timer_;
  uv_connect_t connecting_;
  uv_write_t writing_;
  Stream* stream_ = nullptr;
};

}  // namespace

int main() {
  Trial trial;
  uv_loop_t* loop = uv_default_loop();
  peers::Shared shared(trial);
  std::vector<std::unique_ptr<UvLane>> lanes;
  for (std::uint32_t index = 0; index < trial.lanes; ++index) {
    lanes.push_back(std::make_unique<UvLane>(loop, shared, index));
  }
  if (trial.workload != "sleep" && trial.keeps_connections) {
    for (auto& lane : lanes) lane->prepare();
    uv_run(loop, UV_RUN_DEFAULT);
  }
  trial.ready();
  uv_update_time(loop);
  uv_timer_t closing;
  uv_timer_init(loop, &closing);
  if (trial.closes() != UINT64_MAX) {
    const std::uint64_t left = trial.closes() - std::min(trial.closes(), peers::now());
    // One for what is left over, and one for what the loop's clock, of whole milliseconds, has not told.
    uv_timer_start(&closing, [](uv_timer_t* timer) { uv_stop(timer->loop); }, left / 1'000'000 + 2, 0);
  }
  for (auto& lane : lanes) lane->run();
  uv_run(loop, UV_RUN_DEFAULT);
  trial.done();
}
