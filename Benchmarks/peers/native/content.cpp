#include "content.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <system_error>
#include <utility>

namespace peers {

namespace {

constexpr std::size_t period = 1 << 16;

/// The finaliser of SplitMix64.
std::uint64_t mix(std::uint64_t number) {
  std::uint64_t z = number + 0x9e3779b97f4a7c15;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
  z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
  return z ^ (z >> 31);
}

/// An operation's content from `offset` on, in pieces of at most a period.
template <typename Use>
void for_each_piece(const Mapping& pool, std::uint64_t number, std::size_t offset, std::size_t count, Use use) {
  const char* begin = pool.data() + (mix(number) + offset) % period;
  for (std::size_t done = 0; done < count; done += period) use(done, begin, std::min(period, count - done));
}

}  // namespace

Mapping::Mapping(const std::string& path, bool is_writable) {
  int file = open(path.c_str(), (is_writable ? O_RDWR : O_RDONLY) | O_CLOEXEC);
  struct stat status;
  if (file < 0 || fstat(file, &status) < 0) throw std::system_error(errno, std::generic_category(), path);
  size_ = static_cast<std::size_t>(status.st_size);
  void* base = mmap(nullptr, size_, PROT_READ | (is_writable ? PROT_WRITE : 0), MAP_SHARED, file, 0);
  int error = errno;
  close(file);
  if (base == MAP_FAILED) throw std::system_error(error, std::generic_category(), path);
  base_ = static_cast<char*>(base);
}

Mapping::~Mapping() {
  if (base_) munmap(base_, size_);
}

Mapping::Mapping(Mapping&& other) noexcept
    : base_(std::exchange(other.base_, nullptr)), size_(std::exchange(other.size_, 0)) {}

Mapping& Mapping::operator=(Mapping&& other) noexcept {
  std::swap(base_, other.base_);
  std::swap(size_, other.size_);
  return *this;
}

void Content::append(std::vector<char>& bytes, std::uint64_t number, std::size_t offset, std::size_t count) const {
  for_each_piece(pool_, number, offset, count, [&](std::size_t, const char* piece, std::size_t length) {
    bytes.insert(bytes.end(), piece, piece + length);
  });
}

bool Content::matches(std::uint64_t number, std::span<const char> bytes) const {
  bool is_right = true;
  for_each_piece(pool_, number, 0, bytes.size(), [&](std::size_t at, const char* piece, std::size_t length) {
    is_right = is_right && std::memcmp(bytes.data() + at, piece, length) == 0;
  });
  return is_right;
}

}  // namespace peers
