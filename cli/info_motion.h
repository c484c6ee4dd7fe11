// SPDX-License-Identifier: MIT
#pragma once
#include <filesystem>
#include <string>

namespace hmr {

// What `hmr info` says of files of motion and of people. Each throws Error when the file cannot be read.

void describeResultsOfOthers(const std::filesystem::path& file, const std::string& program);
void describeAmass(const std::filesystem::path& file);
void describeSession(const std::filesystem::path& file);
void describeBvh(const std::filesystem::path& file);
void describePose(const std::filesystem::path& file);
void describeMarkedPeople(const std::filesystem::path& file);

}  // namespace hmr
