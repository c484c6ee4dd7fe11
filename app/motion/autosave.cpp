// SPDX-License-Identifier: MIT
#include "app/motion/autosave.h"

#include <QCoreApplication>
#include <QDir>
#include <QFile>
#include <QStandardPaths>
#include <QUuid>
#include <cerrno>
#include <csignal>
#include <filesystem>
#include <future>

namespace hmr {

Autosave::Autosave(std::function<SessionDocument()> document, const QString& folder, QObject* parent)
    : QObject(parent), document_(std::move(document)), folder_(folder), queue_(std::make_unique<WorkerQueue>()) {
    if (folder_.isEmpty()) folder_ = QStandardPaths::writableLocation(QStandardPaths::AppLocalDataLocation) + "/autosave";
    QDir().mkpath(folder_);
    removeAbandoned();
    const QString name = QUuid::createUuid().toString(QUuid::WithoutBraces);
    file_ = QDir(folder_).filePath(name + kSessionExtension);
    lock_ = std::make_unique<QLockFile>(file_ + ".lock");
    lock_->setStaleLockTime(0);  // stale only when its process has gone
    lock_->tryLock();
    timer_.setSingleShot(true);
    timer_.setInterval(kMilliseconds);
    connect(&timer_, &QTimer::timeout, this, &Autosave::write);
}

Autosave::~Autosave() {
    timer_.stop();
    queue_.reset();  // a copy in the making is finished first
    QFile::remove(file_);
}

void Autosave::touch() {
    if (!timer_.isActive()) timer_.start();
}

void Autosave::write() {
    queue_->add([this, document = document_(), file = file_] {
        QString failure;
        try {
            writeSession(file.toStdString(), document);
        } catch (const std::exception& error) {
            failure = tr("The work could not be kept safe: %1").arg(QString::fromUtf8(error.what()));
        }
        QMetaObject::invokeMethod(this, [=, this] { failure.isEmpty() ? Q_EMIT saved(file) : Q_EMIT failed(failure); }, Qt::QueuedConnection);
    });
}

void Autosave::flush() {
    timer_.stop();
    write();
    finishWriting();
}

void Autosave::finishWriting() {
    std::promise<void> done;
    queue_->add([&done] { done.set_value(); });
    done.get_future().wait();
}

/// Copies that were killed half-way: formats/atomic_file names them .hmr-PROCESS-NUMBER.
void Autosave::removeAbandoned() const {
    for (const QString& name : QDir(folder_).entryList({QString(".hmr-*%1").arg(kSessionExtension)}, QDir::Files | QDir::Hidden)) {
        const pid_t process = name.section('-', 1, 1).toInt();
        if (process > 0 && ::kill(process, 0) != 0 && errno == ESRCH) QFile::remove(QDir(folder_).filePath(name));
    }
}

QStringList Autosave::leftBehind() const {
    QStringList files;
    for (const QString& name : QDir(folder_).entryList({QString("*%1").arg(kSessionExtension)}, QDir::Files, QDir::Time)) {
        const QString file = QDir(folder_).filePath(name);
        if (file == file_) continue;
        QLockFile lock(file + ".lock");
        lock.setStaleLockTime(0);
        if (lock.tryLock(0)) files << file;  // nobody works on it
    }
    return files;
}

void Autosave::adopt(const QString& file) {
    finishWriting();  // an older copy must not take its place
    std::error_code error;
    std::filesystem::rename(file.toStdString(), file_.toStdString(), error);  // where that fails it is offered again
    touch();
}

void Autosave::discard(const QString& file) {
    QFile::remove(file);
    QFile::remove(file + ".lock");
}

}  // namespace hmr
