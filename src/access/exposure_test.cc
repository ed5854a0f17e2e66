#include <gtest/gtest.h>

#include "access/network.h"

namespace reeve {
namespace {

std::vector<std::string> wrong_of(const std::string& text) {
  std::vector<ContentLayer> layers;
  layers.push_back(memory_layer({{"exposure/x.yaml", text}}));
  ContentFiles files(std::move(layers));
  std::vector<Error> errors;
  read_exposure_rules(files, errors);
  std::vector<std::string> out;
  for (const Error& error : errors) out.push_back(std::to_string(error.at.line) + ": " + error.what);
  return out;
}

using Texts = std::vector<std::string>;

TEST(Exposure, EveryFileOfTheProgramHolds) {
  std::vector<ContentLayer> layers;
  layers.push_back(*built_in_layer());
  ContentFiles files(std::move(layers));
  std::vector<Error> errors;
  ExposureRules rules = read_exposure_rules(files, errors);
  EXPECT_EQ(rules.size(), files.items("exposure").size());
  EXPECT_GT(rules.size(), 10u);
  for (const Error& error : errors) ADD_FAILURE() << error.at.text() << " " << error.what;
}

TEST(Exposure, WhatIsWrongIsNamedByItsLine) {
  EXPECT_EQ(wrong_of("type: AWS::A::B\ntitle: t\n"), Texts{});
  EXPECT_EQ(wrong_of("type: AWS::A::B\n"), Texts{"1: `title` is missing from an exposure"});
  EXPECT_EQ(wrong_of("type: AWS::A::B\ntitle: t\nports: [\"0\"]\n"), Texts{"3: `0` is no port"});
  EXPECT_EQ(wrong_of("type: AWS::A::B\ntitle: t\nwhen: {Properties.X: yes}\n").size(), 1u);
  EXPECT_EQ(wrong_of("type: AWS::A::B\ntitle: t\nwhen: {'Properties.[': [a]}\n").size(), 1u);
  EXPECT_EQ(wrong_of("type: AWS::A::B\ntitle: t\nvpc: true\n"), Texts{"1: a type in a VPC without `groups`"});
  EXPECT_EQ(wrong_of("type: AWS::A::B\ntitle: t\nport_: 3\n").size(), 1u);
}

}  // namespace
}  // namespace reeve
