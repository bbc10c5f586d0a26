// A server on Asio with C++20 coroutines: one coroutine per connection, on a thread per processor that it is given.

#include <asio.hpp>
#include <chrono>
#include <thread>

#include "serving.hpp"

namespace {

using asio::awaitable;
using asio::use_awaitable;
using std::chrono::microseconds;
using Protocol = asio::generic::stream_protocol;

constexpr std::size_t echo_window = 32 * 1024;

awaitable<void> serve_http(Protocol::socket& socket, const peers::Content& content, const std::string& client) {
  asio::steady_timer timer(socket.get_executor());
  std::string received;
  std::vector<char> reply;
  for (;;) {
    const std::size_t length = co_await asio::async_read_until(
        socket, asio::dynamic_buffer(received, peers::longest_head), peers::end_of_head, use_awaitable);
    const auto request = peers::Request::parse(std::string_view(received).substr(0, length));
    received.erase(0, length);
    if (request.delay > 0) {
      timer.expires_after(microseconds(request.delay));
      co_await timer.async_wait(use_awaitable);
    }
    reply.clear();
    request.append_reply(reply, content, client);
    co_await asio::async_write(socket, asio::buffer(reply), use_awaitable);
    if (request.closes) co_return;
  }
}

/// Sends back what comes, message after message.
awaitable<void> serve_echo(Protocol::socket& socket) {
  asio::steady_timer timer(socket.get_executor());
  std::vector<char> buffer(echo_window);
  for (;;) {
    std::size_t received = co_await asio::async_read(
        socket, asio::buffer(buffer), asio::transfer_at_least(peers::EchoHeader::length), use_awaitable);
    const auto header = peers::EchoHeader::parse(buffer.data());
    // A client sends one message at a time.
    if (received > header.size) co_return;
    if (header.delay > 0) {
      timer.expires_after(microseconds(header.delay));
      co_await timer.async_wait(use_awaitable);
    }
    co_await asio::async_write(socket, asio::buffer(buffer, received), use_awaitable);
    for (std::size_t left = header.size - received; left > 0; left -= received) {
      received = co_await socket.async_read_some(asio::buffer(buffer, left), use_awaitable);
      co_await asio::async_write(socket, asio::buffer(buffer, received), use_awaitable);
    }
  }
}

awaitable<void> serve(Protocol::socket socket, bool is_http, std::string client, const peers::Content& content) try {
  if (is_http) {
    co_await serve_http(socket, content, client);
  } else {
    co_await serve_echo(socket);
  }
} catch (const asio::system_error&) {
  // The client has gone.
}

template <typename Acceptor>
awaitable<void> accept(Acceptor acceptor, bool is_http, const peers::Content& content) {
  for (;;) {
    auto socket = co_await acceptor.async_accept(use_awaitable);
    std::string client = "UNIX";
    if constexpr (std::is_same_v<Acceptor, asio::ip::tcp::acceptor>) {
      socket.set_option(asio::ip::tcp::no_delay(true));
      client = socket.remote_endpoint().address().to_string();
    }
    asio::co_spawn(acceptor.get_executor(), serve(std::move(socket), is_http, std::move(client), content),
                   asio::detached);
  }
}

}  // namespace

int main() {
  const auto plan = peers::ServerPlan::read();
  const auto& endpoint = plan.endpoint;
  asio::io_context context(plan.processors);
  std::uint16_t port = 0;
  if (!endpoint.path.empty()) {
    asio::local::stream_protocol::acceptor acceptor(context, asio::local::stream_protocol());
    acceptor.bind(asio::local::stream_protocol::endpoint(endpoint.path));
    acceptor.listen(peers::backlog);
    asio::co_spawn(context, accept(std::move(acceptor), plan.is_http, plan.content), asio::detached);
  } else {
    const asio::ip::tcp::endpoint place(asio::ip::make_address(endpoint.host), endpoint.port);
    asio::ip::tcp::acceptor acceptor(context, place.protocol());
    acceptor.set_option(asio::ip::tcp::acceptor::reuse_address(true));
    acceptor.bind(place);
    acceptor.listen(peers::backlog);
    port = acceptor.local_endpoint().port();
    asio::co_spawn(context, accept(std::move(acceptor), plan.is_http, plan.content), asio::detached);
  }
  peers::say_listening(endpoint, port);
  for (int thread = 0; thread < plan.processors; ++thread) std::thread([&] { context.run(); }).detach();
  peers::wait_for_end_of_input();
  std::_Exit(0);
}
