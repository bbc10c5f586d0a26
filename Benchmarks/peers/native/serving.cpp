#include "serving.hpp"

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <cstring>
#include <iostream>
#include <limits>
#include <nlohmann/json.hpp>

namespace peers {

namespace {

template <typename T>
std::optional<T> number(std::string_view text) {
  T value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc{} && end == text.data() + text.size() ? std::optional(value) : std::nullopt;
}

/// What a time such as `2ms` is, in microseconds.
std::optional<std::uint64_t> time_of(std::string_view text) {
  const auto unit = text.substr(std::min(text.find_first_not_of("0123456789"), text.size()));
  const auto count = number<std::uint64_t>(text.substr(0, text.size() - unit.size()));
  if (!count) return std::nullopt;
  if (unit == "us") return *count;
  if (unit == "ms") return *count * 1000;
  if (unit == "s") return *count * 1'000'000;
  return std::nullopt;
}

bool asks_to_close(std::string_view head) {
  constexpr std::string_view field = "\r\nconnection: close\r\n";
  const auto same = [](char a, char b) { return b == (a >= 'A' && a <= 'Z' ? a + ('a' - 'A') : a); };
  return std::search(head.begin(), head.end(), field.begin(), field.end(), same) != head.end();
}

void append(std::vector<char>& bytes, std::string_view text) { bytes.insert(bytes.end(), text.begin(), text.end()); }

void append_head(std::vector<char>& bytes, std::string_view status, std::size_t length) {
  append(bytes, "HTTP/1.1 ");
  append(bytes, status);
  append(bytes, "\r\nContent-Type: text/plain\r\nContent-Length: ");
  append(bytes, std::to_string(length));
  append(bytes, end_of_head);
}

}  // namespace

ServerPlan ServerPlan::read() try {
  std::string line;
  std::getline(std::cin, line);
  const auto plan = nlohmann::json::parse(line);
  if (plan.at("contract") != 1) throw std::runtime_error("contract " + plan.at("contract").dump() + " is not known");
  return {.is_http = plan.at("protocol") == "http",
          .endpoint = Endpoint::parse(plan.at("address")),
          .content = Content(plan.at("content").get<std::string>()),
          .processors = std::max(1, plan.value("processors", 1))};
} catch (const std::exception& error) {
  std::cerr << error.what() << std::endl;
  std::exit(1);
}

void say_listening(const Endpoint& endpoint, std::uint16_t port) {
  if (endpoint.path.empty()) {
    std::cout << "listening " << endpoint.host << ':' << port << std::endl;
  } else {
    std::cout << "listening unix:" << endpoint.path << std::endl;
  }
}

void wait_for_end_of_input() {
  std::cin.ignore(std::numeric_limits<std::streamsize>::max(), std::char_traits<char>::eof());
}

bool Request::take(std::string_view name, std::string_view value) {
  if (name == "delay") {
    const auto delay = time_of(value);
    this->delay = delay.value_or(0);
    return delay.has_value();
  }
  if (name == "size") {
    size = number<std::size_t>(value);
    return size.has_value();
  }
  if (name == "op") {
    const auto operation = number<std::uint64_t>(value);
    this->operation = operation.value_or(0);
    return operation.has_value();
  }
  return true;
}

Request Request::parse(std::string_view head) {
  Request request;
  request.closes = asks_to_close(head);
  const auto begin = head.find(' ') + 1;
  const auto target = head.substr(begin, head.find(' ', begin) - begin);
  const auto mark = target.find('?');
  auto query = mark == target.npos ? std::string_view() : target.substr(mark + 1);
  while (!query.empty()) {
    const auto field = query.substr(0, query.find('&'));
    query.remove_prefix(std::min(field.size() + 1, query.size()));
    const auto name = field.substr(0, field.find('='));
    request.is_good = request.is_good && request.take(name, field.substr(std::min(name.size() + 1, field.size())));
  }
  return request;
}

void Request::append_reply(std::vector<char>& bytes, const Content& content, std::string_view client) const {
  if (!is_good) {
    append_head(bytes, "400 Bad Request", 0);
  } else if (size) {
    append_head(bytes, "200 OK", *size);
    content.append(bytes, operation, 0, *size);
  } else {
    constexpr std::string_view before = "Hello, ", after = "!";
    append_head(bytes, "200 OK", before.size() + client.size() + after.size());
    append(bytes, before);
    append(bytes, client);
    append(bytes, after);
  }
}

EchoHeader EchoHeader::parse(const char* bytes) {
  EchoHeader header;
  std::memcpy(&header.size, bytes + 8, sizeof header.size);
  std::memcpy(&header.delay, bytes + 12, sizeof header.delay);
  return header;
}

}  // namespace peers
