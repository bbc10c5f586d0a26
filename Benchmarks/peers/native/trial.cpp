#include "trial.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <iostream>
#include <limits>
#include <nlohmann/json.hpp>
#include <utility>

namespace peers {

namespace {

constexpr std::uint64_t forever = std::numeric_limits<std::uint64_t>::max();
constexpr std::uint64_t warm_up_bit = 1ull << 63;
constexpr std::size_t echo_header = 16;
constexpr std::size_t longest_head = 64 * 1024;
constexpr std::array<std::string_view, 6> faults = {"", "reset", "truncate", "stall", "garbage", "drip"};

void append(std::vector<char>& bytes, std::string_view text) { bytes.insert(bytes.end(), text.begin(), text.end()); }

void append(std::vector<char>& bytes, std::uint64_t number) {
  std::array<char, 20> digits;
  auto [end, error] = std::to_chars(digits.begin(), digits.end(), number);
  bytes.insert(bytes.end(), digits.begin(), end);
}

template <typename T>
void append_bytes(std::vector<char>& bytes, T value) {
  const char* begin = reinterpret_cast<const char*>(&value);
  bytes.insert(bytes.end(), begin, begin + sizeof value);
}

}  // namespace

struct Trial::Row {
  std::uint64_t number, start, end;
  Outcome outcome;
  std::uint16_t detail;
  std::uint32_t lane;
};

bool Result::is_of_closed_connection() const {
  return outcome == Outcome::premature_end ||
         (outcome == Outcome::system_error && (detail == EPIPE || detail == ECONNRESET));
}

std::uint64_t now() {
  timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return static_cast<std::uint64_t>(time.tv_sec) * 1'000'000'000 + static_cast<std::uint64_t>(time.tv_nsec);
}

Trial::Trial() try {
  std::string line;
  std::getline(std::cin, line);
  const auto plan = nlohmann::json::parse(line);
  if (plan.at("contract") != 1) fail("contract " + plan.at("contract").dump() + " is not known");
  auto table = [&](const char* key, bool is_writable = false) {
    return plan.contains(key) ? Mapping(plan.at(key), is_writable) : Mapping();
  };
  workload = plan.at("workload");
  lanes = plan.at("lanes");
  if (plan.contains("endpoint")) {
    endpoint = Endpoint::parse(plan.at("endpoint"));
    authority_ = endpoint->authority();
  }
  timeout = plan.value("timeout_ns", 0ull);
  sleep = plan.value("sleep_ns", 0ull);
  limit = plan.value("limit", 0u);
  if (plan.contains("size")) size = plan.at("size").get<std::size_t>();
  keeps_connections = plan.value("connection", "keep-alive") != "new";
  count_ = plan.value("count", std::uint64_t{forever});
  capacity_ = plan.at("capacity");
  warm_up_ = plan.value("warmup_ns", 0ull);
  duration_ = plan.value("duration_ns", 0ull);
  delay_ = plan.value("delay_us", 0u);
  greeting_ = plan.value("greeting", "");
  if (plan.contains("content")) content_ = Content(plan.at("content").get<std::string>());  // absent for sleep
  starts_ = table("starts");
  delays_ = table("delays");
  faults_ = table("faults");
  if (plan.value("record", true)) rows_ = table("rows", true);
} catch (const std::exception& error) {
  fail(error.what());
}

void Trial::ready() {
  std::cout << "ready" << std::endl;
  std::string word;
  if (!(std::cin >> word >> start_) || word != "start") std::exit(0);
  opens_ = start_ + warm_up_;
  closes_ = duration_ > 0 ? opens_ + duration_ : forever;
  const timespec start = {.tv_sec = static_cast<time_t>(start_ / 1'000'000'000),
                          .tv_nsec = static_cast<long>(start_ % 1'000'000'000)};
  while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &start, nullptr) == EINTR) {
  }
}

void Trial::done() {
  std::cout << "done" << std::endl;
  std::cin.ignore(std::numeric_limits<std::streamsize>::max(), std::char_traits<char>::eof());
  std::_Exit(0);
}

void Trial::fail(std::string_view reason) {
  std::string line(reason);
  std::replace(line.begin(), line.end(), '\n', ' ');
  std::cout << "failed " << line << std::endl;
  std::_Exit(0);
}

std::optional<Operation> Trial::take(std::uint32_t lane) {
  const std::uint64_t time = now();
  if (time >= closes_) return std::nullopt;
  const bool is_warm_up = !is_open_loop() && time < opens_;
  std::uint64_t due = 0;
  if (!is_warm_up) {
    // An open loop has one schedule, warm-up included.
    if (next_number_ >= count_) return std::nullopt;
    if (is_open_loop()) {
      const auto starts = starts_.as<const std::uint64_t>();
      if (next_number_ >= starts.size()) return std::nullopt;
      due = start_ + starts[next_number_];
      if (due >= closes_) return std::nullopt;
    }
  }
  if (next_place_ >= capacity_) return std::nullopt;
  const std::uint64_t number = is_warm_up ? next_warm_up_number_++ : next_number_++;
  const Operation operation = {number, due, is_warm_up ? number | warm_up_bit : number, next_place_++, lane};
  begin(operation, is_open_loop() ? 0 : time);
  return operation;
}

void Trial::begin(const Operation& operation, std::uint64_t time) {
  if (rows_ && time < closes_) {
    rows_.as<Row>()[operation.place] = {operation.label, time, 0, Outcome::unfinished, 0, operation.lane};
  }
}

void Trial::finish(const Operation& operation, Result result) {
  const std::uint64_t time = now();
  if (rows_ && time < closes_) {
    Row& row = rows_.as<Row>()[operation.place];
    row.end = time;
    row.outcome = result.outcome;
    row.detail = result.detail;
  }
}

std::uint32_t Trial::delay(std::uint64_t number) const {
  return delays_ ? delays_.as<const std::uint32_t>()[number] : delay_;
}

std::uint8_t Trial::fault(std::uint64_t number) const {
  return faults_ ? faults_.as<const std::uint8_t>()[number] : 0;
}

void Trial::write_message(std::vector<char>& bytes, std::uint64_t number) const {
  bytes.clear();
  append_bytes(bytes, number | static_cast<std::uint64_t>(fault(number)) << 56);
  append_bytes(bytes, static_cast<std::uint32_t>(*size));
  append_bytes(bytes, delay(number));
  content_.append(bytes, number, echo_header, *size - echo_header);
}

void Trial::write_request(std::vector<char>& bytes, std::uint64_t number) const {
  bytes.clear();
  append(bytes, "GET /");
  char separator = '?';
  auto field = [&](std::string_view name) {
    bytes.push_back(std::exchange(separator, '&'));
    append(bytes, name);
  };
  if (auto code = fault(number)) {
    field("fault=");
    append(bytes, faults[code]);
  }
  if (auto microseconds = delay(number)) {
    field("delay=");
    append(bytes, std::uint64_t{microseconds});
    append(bytes, "us");
  }
  if (size) {
    field("size=");
    append(bytes, std::uint64_t{*size});
  }
  if (separator == '&') {
    field("op=");
    append(bytes, number);
  }
  append(bytes, " HTTP/1.1\r\nHost: ");
  append(bytes, authority_);
  append(bytes, keeps_connections ? "\r\n\r\n" : "\r\nConnection: close\r\n\r\n");
}

Result Trial::verify(std::uint64_t number, int status, std::span<const char> body) const {
  if (status < 200 || status > 299) return {Outcome::status, static_cast<std::uint16_t>(status)};
  const bool is_right = size ? body.size() == *size && content_.matches(number, body)
                             : std::string_view(body.data(), body.size()) == greeting_;
  return {is_right ? Outcome::verified : Outcome::wrong_content, 0};
}

ParsedHead parse_head(std::string_view bytes) {
  constexpr std::string_view version = "HTTP/1.1 ", field = "\r\ncontent-length:";
  const ParsedHead malformed = {.head = {}, .is_malformed = true};
  const auto end = bytes.find("\r\n\r\n");
  if (end == bytes.npos) {
    const bool may_be_http = bytes.substr(0, version.size()) == version.substr(0, bytes.size());
    return may_be_http && bytes.size() < longest_head ? ParsedHead{} : malformed;
  }
  const auto head = bytes.substr(0, end);
  if (!head.starts_with(version)) return malformed;
  Head result = {end + 4, 0, 0};
  const char* status = head.data() + version.size();
  if (std::from_chars(status, head.data() + head.size(), result.status).ptr != status + 3) return malformed;
  const auto same = [](char a, char b) { return a == (b >= 'A' && b <= 'Z' ? b + ('a' - 'A') : b); };
  const auto found = std::search(head.begin(), head.end(), field.begin(), field.end(),
                                 [&](char a, char b) { return same(b, a); });
  if (found == head.end()) return malformed;
  const char* value = head.data() + (found - head.begin()) + field.size();
  while (value < head.data() + head.size() && *value == ' ') ++value;
  if (std::from_chars(value, head.data() + head.size(), result.body_length).ec != std::errc{}) return malformed;
  return {.head = result, .is_malformed = false};
}

}  // namespace peers
