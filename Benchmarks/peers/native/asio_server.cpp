// A server on Asio with C++20 coroutines: one coroutine per connection, on a thread per processor that it is given.

#include <asio.hpp>
#include <charconv>
#include <chrono>
#include <cstdint>
#include <cstring>
#include <iostream>
#include <nlohmann/json.hpp>
#include <optional>
#include <thread>
#include <vector>

#include "content.hpp"

namespace {

using asio::awaitable;
using asio::use_awaitable;
using std::chrono::microseconds;
using Protocol = asio::generic::stream_protocol;

constexpr int backlog = 4096;
constexpr std::size_t echo_header = 16;
constexpr std::size_t echo_window = 32 * 1024;

template <typename T>
std::optional<T> number(std::string_view text) {
  T value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc{} && end == text.data() + text.size() ? std::optional(value) : std::nullopt;
}

/// Reads a time such as `2ms`.
std::optional<microseconds> time_of(std::string_view text) {
  const auto unit = text.substr(std::min(text.find_first_not_of("0123456789"), text.size()));
  const auto count = number<std::int64_t>(text.substr(0, text.size() - unit.size()));
  if (!count) return std::nullopt;
  if (unit == "us") return microseconds(*count);
  if (unit == "ms") return microseconds(*count * 1000);
  if (unit == "s") return microseconds(*count * 1'000'000);
  return std::nullopt;
}

/// What a request asks for.
struct Asked {
  microseconds delay{};
  std::optional<std::size_t> size;
  std::uint64_t operation = 0;

  static std::optional<Asked> parse(std::string_view target) {
    Asked asked;
    const auto mark = target.find('?');
    auto query = mark == target.npos ? std::string_view() : target.substr(mark + 1);
    while (!query.empty()) {
      const auto field = query.substr(0, query.find('&'));
      query.remove_prefix(std::min(field.size() + 1, query.size()));
      const auto name = field.substr(0, field.find('='));
      const auto value = field.substr(std::min(name.size() + 1, field.size()));
      if (name == "delay") {
        const auto delay = time_of(value);
        if (!delay) return std::nullopt;
        asked.delay = *delay;
      } else if (name == "size") {
        asked.size = number<std::size_t>(value);
        if (!asked.size) return std::nullopt;
      } else if (name == "op") {
        const auto operation = number<std::uint64_t>(value);
        if (!operation) return std::nullopt;
        asked.operation = *operation;
      }
    }
    return asked;
  }
};

void append(std::vector<char>& bytes, std::string_view text) { bytes.insert(bytes.end(), text.begin(), text.end()); }

void append_head(std::vector<char>& reply, std::string_view status, std::size_t length) {
  append(reply, "HTTP/1.1 ");
  append(reply, status);
  append(reply, "\r\nContent-Type: text/plain\r\nContent-Length: ");
  append(reply, std::to_string(length));
  append(reply, "\r\n\r\n");
}

bool asks_to_close(std::string_view head) {
  constexpr std::string_view field = "\r\nconnection: close\r\n";
  const auto same = [](char a, char b) { return b == (a >= 'A' && a <= 'Z' ? a + ('a' - 'A') : a); };
  return std::search(head.begin(), head.end(), field.begin(), field.end(), same) != head.end();
}

awaitable<void> serve_http(Protocol::socket& socket, const peers::Content& content, const std::string& client) {
  asio::steady_timer timer(socket.get_executor());
  std::string received;
  std::vector<char> reply;
  for (;;) {
    const std::size_t length =
        co_await asio::async_read_until(socket, asio::dynamic_buffer(received, 65536), "\r\n\r\n", use_awaitable);
    const auto head = std::string_view(received).substr(0, length);
    const bool closes = asks_to_close(head);
    const auto begin = head.find(' ') + 1;
    const auto asked = Asked::parse(head.substr(begin, head.find(' ', begin) - begin));
    received.erase(0, length);
    reply.clear();
    if (!asked) {
      append_head(reply, "400 Bad Request", 0);
    } else {
      if (asked->delay.count() > 0) {
        timer.expires_after(asked->delay);
        co_await timer.async_wait(use_awaitable);
      }
      if (asked->size) {
        append_head(reply, "200 OK", *asked->size);
        content.append(reply, asked->operation, 0, *asked->size);
      } else {
        append_head(reply, "200 OK", client.size() + std::strlen("Hello, !"));
        append(reply, "Hello, ");
        append(reply, client);
        append(reply, "!");
      }
    }
    co_await asio::async_write(socket, asio::buffer(reply), use_awaitable);
    if (closes) co_return;
  }
}

/// Sends back the received bytes, message by message.
awaitable<void> serve_echo(Protocol::socket& socket) {
  asio::steady_timer timer(socket.get_executor());
  std::vector<char> buffer(echo_window);
  for (;;) {
    std::size_t received = co_await asio::async_read(socket, asio::buffer(buffer), asio::transfer_at_least(echo_header),
                                                     use_awaitable);
    std::uint32_t size = 0, delay = 0;
    std::memcpy(&size, buffer.data() + 8, sizeof size);
    std::memcpy(&delay, buffer.data() + 12, sizeof delay);
    // A client sends one message at a time.
    if (received > size) co_return;
    if (delay > 0) {
      timer.expires_after(microseconds(delay));
      co_await timer.async_wait(use_awaitable);
    }
    co_await asio::async_write(socket, asio::buffer(buffer, received), use_awaitable);
    for (std::size_t left = size - received; left > 0; left -= received) {
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
  std::string line;
  std::getline(std::cin, line);
  const auto plan = nlohmann::json::parse(line);
  if (plan.at("contract") != 1) {
    std::cerr << "contract " << plan.at("contract") << " is not known\n";
    return 1;
  }
  const peers::Content content(plan.at("content").get<std::string>());
  const bool is_http = plan.at("protocol") == "http";
  const int processors = std::max(1, plan.value("processors", 1));
  const std::string address = plan.at("address");
  asio::io_context context(processors);
  if (address.starts_with("unix:")) {
    asio::local::stream_protocol::acceptor acceptor(context, asio::local::stream_protocol());
    acceptor.bind(asio::local::stream_protocol::endpoint(address.substr(5)));
    acceptor.listen(backlog);
    asio::co_spawn(context, accept(std::move(acceptor), is_http, content), asio::detached);
    std::cout << "listening " << address << std::endl;
  } else {
    const auto colon = address.rfind(':');
    const auto host = asio::ip::make_address(address.substr(0, colon));
    const asio::ip::tcp::endpoint place(host, static_cast<std::uint16_t>(std::stoi(address.substr(colon + 1))));
    asio::ip::tcp::acceptor acceptor(context, place.protocol());
    acceptor.set_option(asio::ip::tcp::acceptor::reuse_address(true));
    acceptor.bind(place);
    acceptor.listen(backlog);
    const auto port = acceptor.local_endpoint().port();
    asio::co_spawn(context, accept(std::move(acceptor), is_http, content), asio::detached);
    std::cout << "listening " << address.substr(0, colon) << ':' << port << std::endl;
  }
  for (int thread = 0; thread < processors; ++thread) std::thread([&] { context.run(); }).detach();
  std::cin.ignore(std::numeric_limits<std::streamsize>::max(), std::char_traits<char>::eof());
  std::_Exit(0);
}
