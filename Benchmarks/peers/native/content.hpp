// The content that both ends know, and files in memory.

#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace peers {

/// A file in memory.
class Mapping {
 public:
  Mapping() = default;
  Mapping(const std::string& path, bool is_writable);
  ~Mapping();
  Mapping(Mapping&& other) noexcept;
  Mapping& operator=(Mapping&& other) noexcept;

  explicit operator bool() const { return base_ != nullptr; }
  char* data() const { return base_; }
  std::size_t size() const { return size_; }

  template <typename T>
  std::span<T> as() const {
    return {reinterpret_cast<T*>(base_), size_ / sizeof(T)};
  }

 private:
  char* base_ = nullptr;
  std::size_t size_ = 0;
};

/// A pool of bytes, stored twice. An operation's content is a range of it that wraps around.
class Content {
 public:
  Content() = default;
  explicit Content(const std::string& path) : pool_(path, false) {}

  /// Appends `count` bytes of an operation's content from `offset` on.
  void append(std::vector<char>& bytes, std::uint64_t number, std::size_t offset, std::size_t count) const;
  /// Whether `bytes` are an operation's content.
  bool matches(std::uint64_t number, std::span<const char> bytes) const;

 private:
  Mapping pool_;
};

}  // namespace peers
