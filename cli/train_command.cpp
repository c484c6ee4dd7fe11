// SPDX-License-Identifier: MIT
#include <csignal>
#include <filesystem>
#include <iostream>
#include <memory>
#include <stop_token>

#include "cli/commands.h"
#include "training/training_session.h"

namespace hmr {
namespace {

namespace fs = std::filesystem;

std::stop_source& interruption() {
    static std::stop_source source;
    return source;
}

/// First Ctrl+C: finish the step, save, end. Second: end at once.
void stopOnInterrupt() {
    interruption();
    std::signal(SIGINT, [](int) {
        interruption().request_stop();
        std::signal(SIGINT, SIG_DFL);
    });
    std::signal(SIGTERM, [](int) { interruption().request_stop(); });
}

struct Arguments {
    std::string configOrAction;
    fs::path plotFolder;
    TrainingSessionOptions session;
};

}  // namespace

void addTrainCommand(CLI::App& app, int& exitCode) {
    auto arguments = std::make_shared<Arguments>();
    CLI::App* command = app.add_subcommand("train", "Train a network: hmr train CONFIG.json -o RUN, or draw its curves: hmr train plot RUN");
    command->add_option("config", arguments->configOrAction, "Configuration (JSON), or the word plot")->required();
    command->add_option("folder", arguments->plotFolder, "plot: the folder of the run");
    command->add_option("-o,--out", arguments->session.folder, "Folder of the run (default: runs/NAME of the configuration)");
    command->add_option("--data", arguments->session.dataFolder, "Folder that relative paths in the configuration start from (default: its own)");
    command->add_flag("--resume", arguments->session.resume, "Go on from the newest checkpoint in the folder");
    command->add_option("--minutes", arguments->session.minutes, "Time limit in place of the configuration's");
    command->add_option("--nodes", arguments->session.nodes, "Number of processes that train together");
    command->add_option("--rank", arguments->session.rank, "Number of this process, from 0");
    command->add_option("--master", arguments->session.master, "HOST:PORT where process 0 listens");
    command->callback([arguments, &exitCode] {
        if (arguments->configOrAction == "plot") {
            if (arguments->plotFolder.empty()) throw CLI::RequiredError("the run's folder (hmr train plot RUN)");
            std::cout << plotRun(arguments->plotFolder).string() << "\n";
            return;
        }
        stopOnInterrupt();
        arguments->session.config = arguments->configOrAction;
        runTrainingSession(arguments->session, interruption().get_token(), std::cout);
        exitCode = 0;
    });
}

}  // namespace hmr
