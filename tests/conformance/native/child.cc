#include "child.h"

#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "base/strings.h"

namespace smw::conformance {

namespace {

/// What goes through the pipe before the message.
struct Header {
  int32_t verdict;
  uint32_t length;
};

bool writeAll(int fd, const void* p, size_t n) {
  while (n > 0) {
    const ssize_t k = write(fd, p, n);
    if (k <= 0) return false;
    p = static_cast<const char*>(p) + k;
    n -= size_t(k);
  }
  return true;
}

/// False at the end of the file, or once the deadline is over.
bool readAll(int fd, void* p, size_t n, std::chrono::steady_clock::time_point deadline) {
  while (n > 0) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
                          deadline - std::chrono::steady_clock::now())
                          .count();
    pollfd poller{fd, POLLIN, 0};
    if (left <= 0 || poll(&poller, 1, int(left)) <= 0) return false;
    const ssize_t k = read(fd, p, n);
    if (k <= 0) return false;
    p = static_cast<char*>(p) + k;
    n -= size_t(k);
  }
  return true;
}

struct Child {
  pid_t pid;
  int fd;
};

Child start(int from, int count, const std::function<Outcome(int)>& run) {
  int fds[2];
  std::fflush(nullptr);
  if (pipe(fds) != 0) std::abort();
  const pid_t pid = fork();
  if (pid < 0) std::abort();
  if (pid == 0) {
    close(fds[0]);
    for (int i = from; i < count; ++i) {
      const Outcome o = run(i);
      const Header h{int32_t(o.verdict), uint32_t(o.message.size())};
      if (!writeAll(fds[1], &h, sizeof h) || !writeAll(fds[1], o.message.data(), h.length)) break;
    }
    _exit(0);
  }
  close(fds[1]);
  return {pid, fds[0]};
}

/// Why the child is gone: "signal 11 (Segmentation fault)". One that still runs is ended.
std::string finish(const Child& c, bool late) {
  if (late) kill(c.pid, SIGKILL);
  int status = 0;
  waitpid(c.pid, &status, 0);
  if (late) return "no answer within the time limit";
  if (WIFSIGNALED(status))
    return cat("signal ", WTERMSIG(status), " (", strsignal(WTERMSIG(status)), ")");
  return cat("exit code ", WEXITSTATUS(status));
}

}  // namespace

void runInChildren(int count, double seconds, const std::function<Outcome(int)>& run,
                   const std::function<void(int, const Outcome&)>& report) {
  int next = 0;
  while (next < count) {
    const Child c = start(next, count, run);
    bool late = false;
    for (; next < count; ++next) {
      const auto deadline =
          std::chrono::steady_clock::now() + std::chrono::milliseconds(int64_t(seconds * 1000));
      Header h;
      Outcome o;
      bool ok = readAll(c.fd, &h, sizeof h, deadline);
      if (ok) {
        o.verdict = Verdict(h.verdict);
        o.message.resize(h.length);
        ok = readAll(c.fd, o.message.data(), h.length, deadline);
      }
      late = !ok && std::chrono::steady_clock::now() + std::chrono::milliseconds(5) >= deadline;
      if (!ok) break;
      report(next, o);
    }
    close(c.fd);
    const std::string why = finish(c, late);
    if (next < count) report(next++, {Verdict::kCrashed, why});
  }
}

}  // namespace smw::conformance
