// The textbook desk (M/M/c+M) as somebody would write it by hand in C++, for speed alone: no trace, no rules that are
// off, nothing that could be switched on. It makes the same draws from the same keys as servsim does, so that both
// simulate the same customers; it prints visits, customers lost and the sum of all waits in milliseconds.
//
//     c++ -O3 -march=native -o plain_loop plain_loop.cpp && ./plain_loop REPLICATION DAYS RATE MEAN_PATIENCE AGENTS
//
// Times in minutes, RATE in arrivals a minute, visits of a minute on average.

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <deque>
#include <queue>
#include <vector>

using Word = std::uint64_t;
using Tick = std::int64_t;

constexpr double MINUTE = 60'000.0;
constexpr Tick DAY = 86'400'000;
constexpr Word SEED = 1, PROSPECT = 1;
enum Purpose : Word { CANDIDATE = 2, PATIENCE = 10, CORE = 31 };
enum What { LEAVES, DONE, COMES };

// Philox 4x64-10 (Salmon, Moraes, Dror and Shaw 2011): the first word of a block, as a number in [0, 1).
double uniform(Word replication, Word who, Word occasion, Word purpose) {
  Word c0 = occasion, c1 = who, c2 = purpose, c3 = 0, k0 = SEED, k1 = replication;
  for (int round = 0; round < 10; ++round) {
    unsigned __int128 a = static_cast<unsigned __int128>(0xD2E7470EE14C6C93) * c0;
    unsigned __int128 b = static_cast<unsigned __int128>(0xCA5A826395121157) * c2;
    c0 = static_cast<Word>(b >> 64) ^ c1 ^ k0;
    c1 = static_cast<Word>(b);
    c2 = static_cast<Word>(a >> 64) ^ c3 ^ k1;
    c3 = static_cast<Word>(a);
    k0 += 0x9E3779B97F4A7C15;
    k1 += 0xBB67AE8584CAA73B;
  }
  return static_cast<double>(c0 >> 11) * 0x1p-53;
}

double exponential(double mean, double u) { return -mean * std::log(1.0 - u); }
Tick ticks(double minutes) { return std::max<Tick>(1, static_cast<Tick>(std::floor(minutes * MINUTE + 0.5))); }

struct Due {
  Tick at;
  What what;
  std::size_t who;
  bool operator>(const Due& other) const { return at != other.at ? at > other.at : what > other.what; }
};
struct Customer {
  Word key;
  Tick joined;
  bool waits;
};

int main(int, char** argument) {
  const Word replication = std::strtoull(argument[1], nullptr, 10);
  const double days = std::atof(argument[2]), rate = std::atof(argument[3]), patience = std::atof(argument[4]);
  const int agents = std::atoi(argument[5]);
  const std::clock_t start = std::clock();

  std::priority_queue<Due, std::vector<Due>, std::greater<Due>> due;
  std::vector<Customer> people;
  std::deque<std::size_t> queue;
  const Tick end = static_cast<Tick>(days * DAY);
  Tick waited = 0;
  long visits = 0, lost = 0;
  int free = agents;
  Word day = 0, number = 0;
  double reached = 0.0;

  auto next_arrival = [&] {
    for (;;) {
      Word key = (PROSPECT << 60) | (day << 36) | number;
      reached += exponential(1.0, uniform(replication, key, 0, CANDIDATE)) / (rate * 1440.0);
      if (reached < static_cast<double>(day + 1)) {
        ++number;
        people.push_back({key, 0, false});
        due.push({static_cast<Tick>(reached * DAY), COMES, people.size() - 1});
        return;
      }
      number = 0;
      reached = static_cast<double>(++day);
    }
  };
  auto serve = [&](std::size_t who, Tick now) {
    people[who].waits = false;
    waited += now - people[who].joined;
    --free;
    due.push({now + ticks(exponential(1.0, uniform(replication, people[who].key, 0, CORE))), DONE, who});
  };

  next_arrival();
  while (!due.empty() && due.top().at < end) {
    const Due next = due.top();
    due.pop();
    Customer& customer = people[next.who];
    if (next.what == COMES) {
      ++visits;
      customer.joined = next.at;
      if (free > 0) {
        serve(next.who, next.at);
      } else {
        customer.waits = true;
        queue.push_back(next.who);
        due.push({next.at + ticks(exponential(patience, uniform(replication, customer.key, 0, PATIENCE))), LEAVES,
                  next.who});
      }
      next_arrival();
    } else if (next.what == DONE) {
      ++free;
      while (!queue.empty() && !people[queue.front()].waits) queue.pop_front();
      if (!queue.empty()) {
        serve(queue.front(), next.at);
        queue.pop_front();
      }
    } else if (customer.waits) {
      customer.waits = false;
      ++lost;
      waited += next.at - customer.joined;
    }
  }
  const double seconds = static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
  std::printf("{\"visits\": %ld, \"lost\": %ld, \"waited\": %lld, \"seconds\": %.6f}\n", visits, lost,
              static_cast<long long>(waited), seconds);
}
